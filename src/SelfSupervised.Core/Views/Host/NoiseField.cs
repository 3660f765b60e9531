using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Views.Host;

/// <summary>Values per pixel that follow from two drawn numbers: the same on any device and in any batch.</summary>
internal static class NoiseField
{
    private const int Bits = 24; // which a float holds exactly

    public static IReadOnlyList<string> Names { get; } = ["noise", "noise 2"];

    public static void Draw(ref CounterRandom random, Span<float> parameters) =>
        (parameters[0], parameters[1]) = (random.Next() >> (32 - Bits), random.Next() >> (32 - Bits));

    public static void Check(ReadOnlySpan<float> parameters)
    {
        ViewGuard.Whole(parameters[0], 0, (1 << Bits) - 1, Names[0]);
        ViewGuard.Whole(parameters[1], 0, (1 << Bits) - 1, Names[1]);
    }

    /// <summary>The numbers that a field is filled from.</summary>
    public static CounterRandom Start(ReadOnlySpan<float> parameters) =>
        new(((long)parameters[0] << Bits) | (long)parameters[1], RandomPurpose.NoiseField, stream: 0);
}
