using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Weights;

/// <summary>How stored weights fit a module, by name. What is listed here has not been loaded.</summary>
public sealed class WeightsReport
{
    private WeightsReport(
        IReadOnlyList<string> missing,
        IReadOnlyList<string> unexpected,
        IReadOnlyList<(string Name, long[] Expected, long[] Actual)> misshapen,
        IReadOnlyList<(string Name, ScalarType Expected, ScalarType Actual)> mistyped) =>
        (Missing, Unexpected, Misshapen, Mistyped) = (missing, unexpected, misshapen, mistyped);

    /// <summary>The module's parameters and buffers that are not stored.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Stored names, after renaming, that the module lacks.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    /// <summary>Names whose stored shape (actual) is not the module's (expected).</summary>
    public IReadOnlyList<(string Name, long[] Expected, long[] Actual)> Misshapen { get; }

    /// <summary>Names whose stored type (actual) is not the module's (expected).</summary>
    public IReadOnlyList<(string Name, ScalarType Expected, ScalarType Actual)> Mistyped { get; }

    /// <summary>Whether everything was stored and fitted, and nothing besides.</summary>
    public bool IsExact => Missing.Count + Unexpected.Count + Misshapen.Count + Mistyped.Count == 0;

    /// <summary>Every name, a kind on each line.</summary>
    /// <returns>The text; "The weights fit exactly." if they do.</returns>
    public override string ToString()
    {
        var misshapen = Misshapen.Select(one => $"{one.Name} (expected {Guard.Text(one.Expected)}, but got {Guard.Text(one.Actual)})");
        var mistyped = Mistyped.Select(one => $"{one.Name} (expected {one.Expected}, but got {one.Actual})");
        (string Kind, IEnumerable<string> Names)[] kinds =
            [("Missing", Missing), ("Unexpected", Unexpected), ("Of another shape", misshapen), ("Of another type", mistyped)];
        return IsExact
            ? "The weights fit exactly."
            : string.Join('\n', kinds.Where(one => one.Names.Any()).Select(one => $"{one.Kind}: {string.Join(", ", one.Names)}"));
    }

    internal static WeightsReport Compare(IReadOnlyDictionary<string, Tensor> module, IReadOnlyDictionary<string, Tensor> stored)
    {
        var common = module.Where(entry => stored.ContainsKey(entry.Key))
            .Select(entry => (Name: entry.Key, Expected: entry.Value, Actual: stored[entry.Key])).ToList();
        var misshapen = common.Where(entry => !entry.Expected.shape.AsSpan().SequenceEqual(entry.Actual.shape))
            .Select(entry => (entry.Name, entry.Expected.shape, entry.Actual.shape)).ToList();
        var mistyped = common.Where(entry => entry.Expected.dtype != entry.Actual.dtype)
            .Select(entry => (entry.Name, entry.Expected.dtype, entry.Actual.dtype)).ToList();
        return new(
            [.. module.Keys.Where(name => !stored.ContainsKey(name))],
            [.. stored.Keys.Where(name => !module.ContainsKey(name))],
            misshapen,
            mistyped);
    }
}
