using SelfSupervised.Core;

namespace SelfSupervised.Data.Internal;

/// <summary>What this package draws random numbers for: the purposes of <see cref="CounterRandom"/>.</summary>
internal static class RandomPurpose
{
    public const uint Order = 1;
    public const uint SpriteFactors = 2;
    public const uint SpriteTexture = 3;
}
