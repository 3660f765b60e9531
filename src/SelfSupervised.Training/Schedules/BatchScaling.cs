using SelfSupervised.Training.Internal;

namespace SelfSupervised.Training.Schedules;

/// <summary>How a learning rate that is given for one batch size grows with the batch.</summary>
/// <remarks>Chen et al., 2020, arXiv:2002.05709, appendix B.1, which compares the two.</remarks>
public static class BatchScaling
{
    /// <summary>Linear scaling: γ₀·B/256.</summary>
    /// <param name="baseRate">γ₀, the rate at 256 images; finite and at least 0. SimCLR: 0.3.</param>
    /// <param name="batchSize">B, the images of a batch; at least 1.</param>
    /// <returns>The rate for that batch: 4.8 for SimCLR's 0.3 at 4096.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static double Linear(double baseRate, long batchSize) =>
        Guard.AtLeastZero(baseRate, nameof(baseRate)) * Guard.AtLeast(1, batchSize, nameof(batchSize)) / 256;

    /// <summary>Square-root scaling: γ₀·√B, which favours small batches.</summary>
    /// <param name="baseRate">γ₀, the rate at one image; finite and at least 0. SimCLR: 0.075.</param>
    /// <param name="batchSize">B, the images of a batch; at least 1.</param>
    /// <returns>The rate for that batch: 4.8 for SimCLR's 0.075 at 4096.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static double SquareRoot(double baseRate, long batchSize) =>
        Guard.AtLeastZero(baseRate, nameof(baseRate)) * Math.Sqrt(Guard.AtLeast(1, batchSize, nameof(batchSize)));
}
