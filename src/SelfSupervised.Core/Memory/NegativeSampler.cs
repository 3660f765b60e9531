using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Memory;

/// <summary>Draws the candidates that images are compared with: themselves first, then negatives, with replacement.</summary>
/// <remarks>
/// An image's negatives are a function of (seed, step, the image's index): they depend neither on the batch nor on its order. Methods
/// with several banks can share a draw.
/// </remarks>
public sealed class NegativeSampler
{
    private const int ParallelFrom = 1 << 15;

    private readonly AliasSampler? _weighted;

    /// <summary>Draws uniformly.</summary>
    /// <param name="count">n, the rows of the bank, at least 1; at least 2 to exclude the positive.</param>
    /// <param name="excludePositive">Whether an image is never its own negative. Default no, as in the released code of instance discrimination.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is too small.</exception>
    public NegativeSampler(int count, bool excludePositive = false)
    {
        ModuleGuard.AtLeast(count, excludePositive ? 2 : 1, nameof(count));
        (Count, ExcludesPositive) = (count, excludePositive);
    }

    /// <summary>Draws by weight, with an <see cref="AliasSampler"/>.</summary>
    /// <param name="weights">One per row of the bank, as in <see cref="AliasSampler(IReadOnlyList{double})"/>.</param>
    /// <param name="excludePositive">As in the other constructor; a positive that is drawn is drawn again.</param>
    /// <exception cref="ArgumentException">As in <see cref="AliasSampler(IReadOnlyList{double})"/>; or there is nothing to draw but the positive.</exception>
    public NegativeSampler(IReadOnlyList<double> weights, bool excludePositive = false)
    {
        _weighted = new AliasSampler(weights);
        (Count, ExcludesPositive) = (weights.Count, excludePositive);
        if (excludePositive && weights.Count(weight => weight > 0) < 2)
        {
            throw new ArgumentException("Expected at least two of `weights` to be above 0, so that there is more than the positive.", nameof(weights));
        }
    }

    /// <summary>n, the rows that are drawn from.</summary>
    public int Count { get; }

    /// <summary>Whether an image is never its own negative.</summary>
    public bool ExcludesPositive { get; }

    /// <summary>The log-probability log q of each row as noise; the exclusion of a positive is not counted in.</summary>
    /// <param name="device">Where the result is. Default: the CPU.</param>
    /// <returns>Float32 [n]; −∞ where the weight is 0. <c>take</c> gives those of candidates. The caller owns it.</returns>
    public Tensor LogProbabilities(Device? device = null)
    {
        using var scope = NewDisposeScope();
        var values = _weighted is null
            ? [.. Enumerable.Repeat((float)-Math.Log(Count), Count)]
            : _weighted.Probabilities.Select(probability => (float)Math.Log(probability)).ToArray();
        return tensor(values, device: device ?? CPU).MoveToOuterDisposeScope();
    }

    /// <summary>Draws negatives of each image.</summary>
    /// <param name="seed">The run's seed; any.</param>
    /// <param name="step">The step, at least 0.</param>
    /// <param name="indices">B ≥ 1 images, each from 0 to n − 1.</param>
    /// <param name="negatives">m, at least 1.</param>
    /// <param name="device">Where the result is. Default: the CPU.</param>
    /// <returns>Int64 [B, 1 + m]: the image's own index, then its negatives. The caller owns it.</returns>
    /// <exception cref="ArgumentException">There is no index.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative, an index is no row, or there are no negatives.</exception>
    public Tensor Draw(long seed, int step, ReadOnlySpan<int> indices, int negatives, Device? device = null)
    {
        ModuleGuard.AtLeast(step, 0, nameof(step));
        ModuleGuard.AtLeast(negatives, 1, nameof(negatives));
        IndexGuard.Rows(indices, nameof(indices), Count);
        var (images, width) = (indices.ToArray(), negatives + 1);
        var candidates = new long[(long)images.Length * width];
        void DrawImage(int image) => Fill(candidates.AsSpan(image * width, width), seed, step, images[image]);
        if (candidates.Length < ParallelFrom)
        {
            for (var image = 0; image < images.Length; image++)
            {
                DrawImage(image);
            }
        }
        else
        {
            Parallel.For(0, images.Length, DrawImage);
        }

        using var scope = NewDisposeScope();
        return tensor(candidates, [images.Length, width], device: device ?? CPU).MoveToOuterDisposeScope();
    }

    private void Fill(Span<long> candidates, long seed, int step, int positive)
    {
        var random = new CounterRandom(seed, RandomPurpose.BankDraws, (uint)positive, (uint)step);
        candidates[0] = positive;
        foreach (ref var candidate in candidates[1..])
        {
            candidate = _weighted is null ? Uniform(ref random, positive) : Weighted(_weighted, ref random, positive);
        }
    }

    private int Uniform(ref CounterRandom random, int positive)
    {
        if (!ExcludesPositive)
        {
            return random.Below(Count);
        }

        var other = random.Below(Count - 1);
        return other < positive ? other : other + 1;
    }

    private int Weighted(AliasSampler sampler, ref CounterRandom random, int positive)
    {
        var drawn = sampler.Draw(ref random);
        while (ExcludesPositive && drawn == positive)
        {
            drawn = sampler.Draw(ref random);
        }

        return drawn;
    }
}
