namespace SelfSupervised.Core.Internal;

/// <summary>What this package draws random numbers for: the purposes of <see cref="CounterRandom"/>.</summary>
internal static class RandomPurpose
{
    public const uint NoiseField = 16;
    public const uint Mixing = 17;
    public const uint BankRows = 18;
    public const uint BankDraws = 19;
    public const uint BatchShuffle = 20;
    public const uint KeyQueue = 21;
    public const uint SpaceSeed = 30;
    public const uint AttackStart = 23;

    /// <summary>A learned view's noise: 6 bits of view, 6 bits of pass.</summary>
    public static uint LearnedView(int view, int pass) => 0x2000u | ((uint)view << 6) | (uint)pass;

    /// <summary>An operator of a view's pipeline: 23 bits of view, 8 bits of operator.</summary>
    public static uint View(int view, int position) => 0x8000_0000u | ((uint)view << 8) | (uint)position;
}
