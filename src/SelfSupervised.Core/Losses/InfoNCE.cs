using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses.Tiled;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary>InfoNCE over cosine similarities as pure functions: in the batch, in both directions, or against given negatives.</summary>
/// <remarks>
/// <para>
/// Query n and key n, both of image n, are the positive pair. With unit rows u_n of the queries and v_m of the candidates
/// (z / max(‖z‖, 1e-12)), temperature τ and positive column y_n,
/// </para>
/// <code>ℓ_n = −u_n·v_{y_n}/τ + log Σ_m exp(u_n·v_m/τ)</code>
/// <para>
/// The denominator always holds the positive. When all M candidates score alike the value is log M. Inputs may be
/// Float16, BFloat16, Float32 or Float64; the arithmetic and the result are Float32, or Float64 if an input is. Gradient
/// flows into every input: detach what is not to learn. The matrix of queries by candidates is never held: it is worked
/// through in tiles, for the gradient too.
/// </para>
/// <para>
/// van den Oord et al., "Representation Learning with Contrastive Predictive Coding", 2018 (arXiv:1807.03748).
/// </para>
/// </remarks>
public static partial class InfoNCE
{
    /// <summary>The one-way loss within a batch: each query's candidates are the N keys.</summary>
    /// <param name="queries">[N, D] embeddings, N ≥ 1. With N = 1 there are no negatives and the loss is 0.</param>
    /// <param name="keys">[N, D] embeddings on the same device; row n is query n's positive.</param>
    /// <param name="temperature">τ, finite and above 0. Default 0.07 (MoCo; CLIP begins there).</param>
    /// <param name="falseNegatives">
    /// Bool [N, N] on the embeddings' device, or null for none: where (n, m) is true, key m is left out of query n's
    /// denominator. It must be false on the diagonal. <see cref="FalseNegatives"/> makes one.
    /// </param>
    /// <param name="reduction">Mean (default) or Sum over the N queries; None gives each query's loss.</param>
    /// <param name="checkValues">
    /// Whether to look for NaN, infinity and hidden positives (default). It reads the inputs once and waits for a GPU.
    /// Without it, such input gives a meaningless loss.
    /// </param>
    /// <returns>A scalar, or [N] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// An input has another rank, shape, type or device than described above; or, with <paramref name="checkValues"/>, an
    /// embedding is not finite or the mask hides a positive.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature or the reduction is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>using var loss = InfoNCE.Loss(head.call(queryView), keys.detach(), temperature: 0.2);</code></example>
    public static Tensor Loss(
        Tensor queries,
        Tensor keys,
        double temperature = 0.07,
        Tensor? falseNegatives = null,
        nn.Reduction reduction = nn.Reduction.Mean,
        bool checkValues = true)
    {
        Guard.Positive(temperature, nameof(temperature));
        CheckBatch(queries, keys, falseNegatives, checkValues);
        return BatchInTiles(queries, keys, temperature, falseNegatives, reduction, bothWays: false, Tiling.For(queries));
    }

    /// <summary>The symmetric loss within a batch: the mean of both directions, rows and columns of one score matrix.</summary>
    /// <remarks>
    /// A pair's loss is (ℓ_n of queries against keys + ℓ_n of keys against queries) / 2.
    /// Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021 (arXiv:2103.00020).
    /// </remarks>
    /// <param name="queries">As in <see cref="Loss"/>.</param>
    /// <param name="keys">As in <see cref="Loss"/>.</param>
    /// <param name="temperature">As in <see cref="Loss"/>.</param>
    /// <param name="falseNegatives">As in <see cref="Loss"/>; (n, m) hides query n and key m from each other in both directions.</param>
    /// <param name="reduction">Mean (default) or Sum over the N pairs; None gives each pair's loss.</param>
    /// <param name="checkValues">As in <see cref="Loss"/>.</param>
    /// <returns>A scalar, or [N] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Loss"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">As in <see cref="Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor SymmetricLoss(
        Tensor queries,
        Tensor keys,
        double temperature = 0.07,
        Tensor? falseNegatives = null,
        nn.Reduction reduction = nn.Reduction.Mean,
        bool checkValues = true)
    {
        Guard.Positive(temperature, nameof(temperature));
        CheckBatch(queries, keys, falseNegatives, checkValues);
        return BatchInTiles(queries, keys, temperature, falseNegatives, reduction, bothWays: true, Tiling.For(queries));
    }

    /// <summary>The loss against given negatives (a queue, a bank): each query's candidates are its own key and all K negatives.</summary>
    /// <remarks>
    /// Other keys of the batch are no candidates. He et al., "Momentum Contrast for Unsupervised Visual Representation
    /// Learning", 2020 (arXiv:1911.05722).
    /// </remarks>
    /// <param name="queries">[N, D] embeddings, N ≥ 1.</param>
    /// <param name="keys">[N, D] embeddings on the same device; row n is query n's positive.</param>
    /// <param name="negatives">[K, D] embeddings on the same device, K ≥ 1, shared by all queries.</param>
    /// <param name="temperature">τ, finite and above 0. Default 0.07 (MoCo).</param>
    /// <param name="falseNegatives">Bool [N, K] or null: where (n, k) is true, negative k is left out of query n's denominator.</param>
    /// <param name="reduction">Mean (default) or Sum over the N queries; None gives each query's loss.</param>
    /// <param name="checkValues">Whether to look for NaN and infinity, as in <see cref="Loss"/>.</param>
    /// <param name="unitNegatives">
    /// Whether the negatives are taken as they are, being unit rows of the arithmetic's type already, as a queue's and a bank's are: v_m is row
    /// m. It saves a copy of all of them. Rows longer than 1 overflow at cold temperatures. Default no.
    /// </param>
    /// <returns>A scalar, or [N] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// An input has another rank, shape, type or device than described above; or, with <paramref name="checkValues"/>, an
    /// embedding is not finite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">As in <see cref="Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor LossAgainst(
        Tensor queries,
        Tensor keys,
        Tensor negatives,
        double temperature = 0.07,
        Tensor? falseNegatives = null,
        nn.Reduction reduction = nn.Reduction.Mean,
        bool checkValues = true,
        bool unitNegatives = false)
    {
        Guard.Positive(temperature, nameof(temperature));
        CheckAgainst(queries, keys, negatives, falseNegatives, checkValues);
        return AgainstInTiles(queries, keys, negatives, temperature, falseNegatives, reduction, unitNegatives, Tiling.For(queries));
    }
}
