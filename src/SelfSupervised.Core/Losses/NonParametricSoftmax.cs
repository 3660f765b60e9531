using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary>The non-parametric softmax as pure functions: each image is a class of its own, and its memory the class's weight.</summary>
/// <remarks>
/// <code>ℓ_b = −log P(i_b | u_b),  P(i|u) = exp(v_i·u/τ) / Σ_j exp(v_j·u/τ),  u = f / max(‖f‖, 1e-12)</code>
/// The memory's rows v are taken as they are, constants: gradient flows to the embeddings alone. When nothing is known the value is
/// log n. One matrix of embeddings by rows, [B, n], is held for the backward pass; the memory is not copied. The arithmetic and the
/// result are Float32, or Float64 if an input is. For a large n see <see cref="Nce"/>. Wu et al., 2018 (arXiv:1805.01978).
/// </remarks>
public static class NonParametricSoftmax
{
    /// <summary>The loss.</summary>
    /// <param name="features">f, [B, d] embeddings.</param>
    /// <param name="memory">V, [n, d], a bank's rows, on the same device. Not to be written before the backward pass.</param>
    /// <param name="indices">B images, each its row's number, from 0 to n − 1.</param>
    /// <param name="temperature">τ, finite and above 0. Default 0.07.</param>
    /// <param name="reduction">Mean (default) or Sum over the B images; None gives each image's loss.</param>
    /// <param name="checkValues">Whether to look for NaN and infinity (default). It reads the inputs once and waits for a GPU.</param>
    /// <returns>A scalar, or [B] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// An input has another shape, type or device; there are more or fewer indices; or, with <paramref name="checkValues"/>, an input
    /// is not finite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature or the reduction is out of range, or an index is no row.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>using var loss = NonParametricSoftmax.Loss(head.call(features), bank.Rows, indices, temperature: 0.1);</code></example>
    public static Tensor Loss(
        Tensor features,
        Tensor memory,
        ReadOnlySpan<int> indices,
        double temperature = 0.07,
        nn.Reduction reduction = nn.Reduction.Mean,
        bool checkValues = true)
    {
        Guard.Positive(temperature, nameof(temperature));
        Check(features, memory, indices, checkValues);
        using var scope = NewDisposeScope();
        using var inverse = (1 / temperature).ToScalar();
        var precision = Similarity.Precision(features, memory);
        var constant = memory.detach().to(precision);
        var scaled = Similarity.Unit(features, precision).mul(inverse);
        var own = constant.index_select(0, Places.Of(indices.ToArray(), features.device));
        var loss = scaled.mm(constant.t()).logsumexp(1).sub(scaled.mul(own).sum(1L));
        return Similarity.Reduce(loss, reduction).MoveToOuterDisposeScope();
    }

    /// <summary>The share of images whose most similar row is their own.</summary>
    /// <remarks>It has no gradient; ties are broken arbitrarily.</remarks>
    /// <param name="features">As in <see cref="Loss"/>.</param>
    /// <param name="memory">As in <see cref="Loss"/>.</param>
    /// <param name="indices">As in <see cref="Loss"/>.</param>
    /// <param name="checkValues">As in <see cref="Loss"/>.</param>
    /// <returns>A Float32 scalar in [0, 1]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Loss"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is no row.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor Accuracy(Tensor features, Tensor memory, ReadOnlySpan<int> indices, bool checkValues = true)
    {
        Check(features, memory, indices, checkValues);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var precision = Similarity.Precision(features, memory);
        var nearest = Similarity.Unit(features, precision).mm(memory.to(precision).t()).argmax(1);
        var hits = nearest.eq(Places.Of(indices.ToArray(), features.device));
        return hits.to(ScalarType.Float32).mean().MoveToOuterDisposeScope();
    }

    private static void Check(Tensor features, Tensor memory, ReadOnlySpan<int> indices, bool checkValues)
    {
        Guard.Embeddings(features, nameof(features));
        Guard.Embeddings(memory, nameof(memory));
        Guard.SameWidth(memory, nameof(memory), features, nameof(features));
        Guard.SameDevice(memory, nameof(memory), features, nameof(features));
        IndexGuard.Rows(indices, nameof(indices), memory.shape[0], features.shape[0], nameof(features));
        if (checkValues)
        {
            Guard.Finite((features, nameof(features)), (memory, nameof(memory)));
        }
    }
}
