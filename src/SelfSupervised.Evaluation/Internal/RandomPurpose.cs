using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>What this package draws random numbers for: the purposes of <see cref="CounterRandom"/>.</summary>
internal static class RandomPurpose
{
    public const uint HeldOut = 0x600;
    public const uint ProbeOrder = 0x601;
    public const uint ProbeWeights = 0x602;
    public const uint Corruption = 0x603;
    public const uint FewShotDraw = 0x604;
    public const uint FewShotWeights = 0x605;
}
