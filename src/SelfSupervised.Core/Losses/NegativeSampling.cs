using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary>Negative sampling as a pure function: noise contrast in which k·q(w) = 1 for every w.</summary>
/// <remarks>
/// <code>ℓ = softplus(−s(w₀)) + Σ_j softplus(s(w_j))</code>
/// The posterior is σ(s(w)). Unlike <see cref="Nce"/> it estimates no normalised probability: at the optimum s is log(p/(k·q)), which is
/// enough to learn embeddings. Mikolov et al., "Distributed Representations of Words and Phrases and their Compositionality", 2013
/// (arXiv:1310.4546).
/// </remarks>
public static class NegativeSampling
{
    /// <summary>The loss.</summary>
    /// <param name="scores">s, [B, 1 + m] with m ≥ 1: the positive first, then its negatives.</param>
    /// <param name="reduction">Mean (default) or Sum over the B rows; None gives each one's loss.</param>
    /// <param name="checkValues">Whether to look for NaN and infinity (default). It reads the input once and waits for a GPU.</param>
    /// <returns>A scalar, or [B] with no reduction; (1 + m)·log 2 if all scores are 0. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// The scores have another shape or type; or, with <paramref name="checkValues"/>, are not finite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The reduction is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The scores have been disposed.</exception>
    public static Tensor Loss(Tensor scores, nn.Reduction reduction = nn.Reduction.Mean, bool checkValues = true)
    {
        Nce.CheckScores(scores);
        return Nce.Loss(scores, places: scores.shape[1] - 1, reduction: reduction, checkValues: checkValues);
    }
}
