using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Mixing;

/// <summary>Averages each image with another and keeps its own label: x̃ = (x + x_π)/2.</summary>
/// <remarks>
/// Inoue, "Data Augmentation by Pairing Samples for Images Classification", 2018 (arXiv:1801.02929). It is used intermittently:
/// <see cref="IsActive"/>.
/// </remarks>
public sealed class SamplePairing : BatchMixing
{
    /// <summary>Whether an epoch is one in which samples are paired: after a while, 8 epochs of every 10, and not at the end.</summary>
    /// <param name="epoch">From 0 up.</param>
    /// <param name="firstEpoch">The first epoch of pairing, at least 0. Default 100, as on CIFAR-10.</param>
    /// <param name="lastEpoch">The first epoch of fine-tuning without it. Default: never.</param>
    /// <returns>Whether to mix.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An epoch is negative.</exception>
    public static bool IsActive(int epoch, int firstEpoch = 100, int lastEpoch = int.MaxValue)
    {
        ModuleGuard.AtLeast(epoch, 0, nameof(epoch));
        ModuleGuard.AtLeast(firstEpoch, 0, nameof(firstEpoch));
        return epoch >= firstEpoch && epoch < lastEpoch && (epoch - firstEpoch) % 10 < 8;
    }

    private protected override MixDraw Draw(ref CounterRandom random, int[] partners, ImageShape shape) => new(partners, 0.5, 1, default);
}
