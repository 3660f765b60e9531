using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary><see cref="NegativeSampling"/> as a module.</summary>
/// <remarks>Formula, precision and sources are those of <see cref="NegativeSampling"/>. It has no parameters.</remarks>
/// <param name="reduction">Mean (default) or Sum over the rows, or None.</param>
/// <param name="checkValues">Whether to look for NaN and infinity (default).</param>
public sealed class NegativeSamplingLoss(nn.Reduction reduction = nn.Reduction.Mean, bool checkValues = true)
    : nn.Module<Tensor, Tensor>(nameof(NegativeSamplingLoss))
{
    /// <summary>How the rows' losses are combined.</summary>
    public nn.Reduction Reduction { get; } = reduction;

    /// <summary>Whether the scores are searched for NaN and infinity.</summary>
    public bool CheckValues { get; } = checkValues;

    /// <summary>The loss.</summary>
    /// <param name="scores">[B, 1 + m] with m ≥ 1: the positive first.</param>
    /// <returns>A scalar, or [B] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="NegativeSampling.Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">The scores have been disposed.</exception>
    public override Tensor forward(Tensor scores) => NegativeSampling.Loss(scores, Reduction, CheckValues);
}
