using SelfSupervised.Evaluation.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>A linear probe for each of several factors on each of several representations: what a representation keeps, and what it has become invariant to.</summary>
/// <remarks>
/// All probes have the same options and seed, and those of a factor hold out the same rows. Probing every embedding space, and their concatenations, is how Xiao et
/// al., "What Should Not Be Contrastive in Contrastive Learning", 2020 (arXiv:2008.05659), show what leave-one-out spaces are sensitive to.
/// </remarks>
public static class FactorProbes
{
    private const int MostBlocks = 12;

    /// <summary>Probes each representation for each factor.</summary>
    /// <param name="representations">At least one, of different names, all of the same images.</param>
    /// <param name="factors">At least one, of different names, of those images.</param>
    /// <param name="seed">The seed of <see cref="LinearProbe"/>.</param>
    /// <param name="options">The options of <see cref="LinearProbe"/>.</param>
    /// <returns>A probe for each pair.</returns>
    /// <exception cref="ArgumentException">A list is empty or a name occurs twice; or as from <see cref="LinearProbe"/>, the pair's names in front.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>report.Section("Factors").Add(FactorProbes.Evaluate(spaces, factors, seed: 1).Table("What each space knows"));</code></example>
    public static FactorProbeResult Evaluate(
        IReadOnlyList<NamedFeatures> representations, IReadOnlyList<NamedLabels> factors, long seed, LinearProbeOptions? options = null)
    {
        var names = Names(representations, one => one.Name, nameof(representations));
        return Evaluate(names, factors, seed, options, i => (representations[i].Train, representations[i].Test));
    }

    /// <summary>Probes the concatenation of every non-empty subset of blocks of features for each factor.</summary>
    /// <param name="blocks">From 1 to 12, of different names: the spaces or branches of one network.</param>
    /// <param name="factors">As in <see cref="Evaluate(IReadOnlyList{NamedFeatures}, IReadOnlyList{NamedLabels}, long, LinearProbeOptions?)"/>.</param>
    /// <param name="seed">The seed of <see cref="LinearProbe"/>.</param>
    /// <param name="options">The options of <see cref="LinearProbe"/>; standardisation, the default, keeps a block of large features from drowning the others.</param>
    /// <returns>A probe for each subset, as "a + b" by its blocks' names, and factor; the smaller subsets come first.</returns>
    /// <exception cref="ArgumentException">As in the other method, or there are more than 12 blocks.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static FactorProbeResult EvaluateSubsets(
        IReadOnlyList<NamedFeatures> blocks, IReadOnlyList<NamedLabels> factors, long seed, LinearProbeOptions? options = null)
    {
        Names(blocks, one => one.Name, nameof(blocks));
        foreach (var block in blocks)
        {
            Guard.Features(block.Train, nameof(blocks));
            Guard.Features(block.Test, nameof(blocks));
        }

        var subsets = Subsets(blocks.Count);
        var names = subsets.Select(subset => string.Join(" + ", subset.Select(i => blocks[i].Name))).ToArray();
        return Evaluate(names, factors, seed, options, i => (
            cat(subsets[i].Select(block => blocks[block].Train).ToArray(), 1), cat(subsets[i].Select(block => blocks[block].Test).ToArray(), 1)));
    }

    /// <summary>The non-empty subsets of 0..n−1: the smaller first, those of a size in their members' order.</summary>
    /// <param name="count">n, from 1 to 12.</param>
    /// <returns>2ⁿ − 1 subsets, each ascending.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is out of range.</exception>
    public static IReadOnlyList<IReadOnlyList<int>> Subsets(int count)
    {
        Guard.Between(count, 1, MostBlocks, nameof(count), "so that there are at most 4095 subsets");
        return [.. Enumerable.Range(1, (1 << count) - 1)
            .Select(bits => (int[])[.. Enumerable.Range(0, count).Where(i => (bits >> i & 1) == 1)])
            .OrderBy(subset => subset.Length).ThenBy(subset => string.Concat(subset.Select(i => (char)i)), StringComparer.Ordinal)];
    }

    private static FactorProbeResult Evaluate(
        string[] names, IReadOnlyList<NamedLabels> factors, long seed, LinearProbeOptions? options, Func<int, (Tensor Train, Tensor Test)> features)
    {
        var factorNames = Names(factors, one => one.Name, nameof(factors));
        var probes = new LinearProbeResult[names.Length, factorNames.Length];
        for (var i = 0; i < names.Length; i++)
        {
            using var scope = NewDisposeScope();
            var (train, test) = features(i);
            for (var k = 0; k < factorNames.Length; k++)
            {
                probes[i, k] = Probe($"{names[i]}, {factorNames[k]}", train, test, factors[k], seed, options);
            }
        }

        return new FactorProbeResult(names, factorNames, probes);
    }

    private static LinearProbeResult Probe(string pair, Tensor train, Tensor test, NamedLabels factor, long seed, LinearProbeOptions? options)
    {
        try
        {
            return LinearProbe.Evaluate(train, factor.Train, test, factor.Test, seed, options);
        }
        catch (ArgumentException error) when (error is not ArgumentNullException)
        {
            throw new ArgumentException($"{pair}: {error.Message}", error);
        }
    }

    private static string[] Names<T>(IReadOnlyList<T> items, Func<T, string> name, string parameter)
    {
        ArgumentNullException.ThrowIfNull(items, parameter);
        var names = items.Select(name).ToArray();
        if (names.Length == 0 || names.Distinct().Count() < names.Length)
        {
            throw new ArgumentException($"Expected `{parameter}` to hold at least one, of different names, but got [{string.Join(", ", names)}].", parameter);
        }

        return names;
    }
}
