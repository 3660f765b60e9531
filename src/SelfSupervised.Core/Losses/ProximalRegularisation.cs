using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary>Proximal regularisation as a pure function: an image's embedding is to stay near the one it had before.</summary>
/// <remarks>
/// <code>ℓ_b = ‖u_b − v_b‖²,  u = f / max(‖f‖, 1e-12)</code>
/// v is a constant, taken as it is; of unit rows the value is 2 − 2·cos, in [0, 4]. It is weighed by a λ and added to a loss. Wu et al.,
/// 2018 (arXiv:1805.01978), who found λ = 30 best; their released code has the bank's momentum in its stead.
/// </remarks>
public static class ProximalRegularisation
{
    /// <summary>The term, without its weight λ.</summary>
    /// <param name="features">f, [B, d] embeddings.</param>
    /// <param name="previous">v, [B, d] on the same device: each image's memory.</param>
    /// <param name="reduction">Mean (default) or Sum over the B images; None gives each image's term.</param>
    /// <param name="checkValues">Whether to look for NaN and infinity (default). It reads the inputs once and waits for a GPU.</param>
    /// <returns>A scalar, or [B] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// An input has another shape, type or device; or, with <paramref name="checkValues"/>, is not finite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The reduction is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor Loss(Tensor features, Tensor previous, nn.Reduction reduction = nn.Reduction.Mean, bool checkValues = true)
    {
        Guard.Embeddings(features, nameof(features));
        Guard.Embeddings(previous, nameof(previous));
        Guard.SameShape(previous, nameof(previous), features, nameof(features));
        Guard.SameDevice(previous, nameof(previous), features, nameof(features));
        if (checkValues)
        {
            Guard.Finite((features, nameof(features)), (previous, nameof(previous)));
        }

        using var scope = NewDisposeScope();
        var precision = Similarity.Precision(features, previous);
        var difference = Similarity.Unit(features, precision).sub(previous.detach().to(precision));
        return Similarity.Reduce(difference.pow(Scalars.Two).sum(1L), reduction).MoveToOuterDisposeScope();
    }
}
