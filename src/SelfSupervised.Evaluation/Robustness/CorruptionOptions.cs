using SelfSupervised.Evaluation.Internal;

namespace SelfSupervised.Evaluation.Robustness;

/// <summary>What <see cref="CorruptionEvaluation"/> goes through.</summary>
public sealed record CorruptionOptions
{
    /// <summary>At least one corruption. Default: <see cref="Corruptions.Common"/>, the fifteen.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">One is undefined.</exception>
    public IReadOnlyList<Corruption> Corruptions
    {
        get;
        init => field = [.. Some(value, nameof(Corruptions)).Select(one => Guard.Defined(one, nameof(Corruptions))).Distinct()];
    } = Robustness.Corruptions.Common;

    /// <summary>At least one severity from 1 to 5. Default: all.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">One is out of range.</exception>
    public IReadOnlyList<int> Severities
    {
        get;
        init
        {
            foreach (var severity in Some(value, nameof(Severities)))
            {
                Guard.Between(severity, 1, 5, nameof(Severities), "the published severities");
            }

            field = [.. value.Distinct().Order()];
        }
    } = Robustness.Corruptions.Severities;

    /// <summary>How many images are classified at once, at least 1. Default 256.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int BatchSize { get; init => field = Guard.AtLeast(value, 1, nameof(BatchSize)); } = 256;

    private static IReadOnlyList<T> Some<T>(IReadOnlyList<T> values, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        return values.Count > 0 ? values : throw new ArgumentException($"Expected `{name}` to hold at least one, but it is empty.", name);
    }
}
