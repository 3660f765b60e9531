using SelfSupervised.Evaluation.Internal;

namespace SelfSupervised.Evaluation.Robustness;

/// <summary>The corruptions in order, and their groups.</summary>
public static class Corruptions
{
    /// <summary>The severities, 1 to 5.</summary>
    public static IReadOnlyList<int> Severities { get; } = [1, 2, 3, 4, 5];

    /// <summary>All nineteen.</summary>
    public static IReadOnlyList<Corruption> All { get; } = Enum.GetValues<Corruption>();

    /// <summary>The fifteen of the mean corruption error.</summary>
    public static IReadOnlyList<Corruption> Common { get; } = [.. All.Where(one => one < Corruption.SpeckleNoise)];

    /// <summary>The other four.</summary>
    public static IReadOnlyList<Corruption> Extra { get; } = [.. All.Where(one => one >= Corruption.SpeckleNoise)];

    /// <summary>The group of a corruption.</summary>
    /// <param name="corruption">The corruption.</param>
    /// <returns>Its group.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The corruption is undefined.</exception>
    public static CorruptionGroup GroupOf(Corruption corruption) => Guard.Defined(corruption, nameof(corruption)) switch
    {
        <= Corruption.ImpulseNoise => CorruptionGroup.Noise,
        <= Corruption.ZoomBlur => CorruptionGroup.Blur,
        <= Corruption.Brightness => CorruptionGroup.Weather,
        <= Corruption.JpegCompression => CorruptionGroup.Digital,
        _ => CorruptionGroup.Extra,
    };

    /// <summary>The corruptions of a group.</summary>
    /// <param name="group">The group.</param>
    /// <returns>Its corruptions, in order.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The group is undefined.</exception>
    public static IReadOnlyList<Corruption> Of(CorruptionGroup group)
    {
        Guard.Defined(group, nameof(group));
        return [.. All.Where(one => GroupOf(one) == group)];
    }
}
