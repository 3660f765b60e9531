using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses.Tiled;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary>LooC's loss as pure functions: in each embedding space a query finds its key among keys that differ from it in the space's augmentation.</summary>
/// <remarks>
/// <para>
/// There are n + 1 spaces and n + 1 keys of each image (<see cref="Views.ViewPlan.LeaveOneOut"/>). In space 0, invariant to everything, the positive is
/// k₀ and negatives are other images alone. In space i the positive is kᵢ, which shares the query's augmentation i, and the image's own other
/// keys are negatives too, k₀ included: n of them. With unit rows, z = q·k/τ in the space's own projection and N the space's negatives,
/// </para>
/// <code>
/// ℓ₀ = −z₀₀ + log(exp z₀₀ + Σ_N exp z₀)
/// ℓᵢ = −zᵢᵢ + log(Σⱼ exp zᵢⱼ + Σ_N exp zᵢ),  j = 0…n
/// L = (ℓ₀ + … + ℓₙ)/(n + 1)
/// </code>
/// <para>
/// When all vectors are equal, ℓ₀ = log(1 + K) and ℓᵢ = log(n + 1 + K). With n = 0 it is <see cref="InfoNCE.LossAgainst"/>, MoCo's loss. Inputs
/// may be Float16, BFloat16, Float32 or Float64; the arithmetic and the result are Float32, or Float64 if an input is. Gradient flows into
/// every input: detach what is not to learn. The matrix of queries by negatives is never held: it is worked through in chunks, in one pass for value
/// and gradient if the negatives need none.
/// </para>
/// <para>Xiao et al., "What Should Not Be Contrastive in Contrastive Learning", 2021 (arXiv:2008.05659).</para>
/// </remarks>
public static partial class LeaveOneOut
{
    /// <summary>The loss: the mean over the spaces.</summary>
    /// <param name="queries">[n+1, B, D]: the query's embedding in each space; B ≥ 1.</param>
    /// <param name="keys">[n+1, n+1, B, D] on the same device: in each space, each key kⱼ of each image; of space 0 only k₀ is read.</param>
    /// <param name="negatives">n + 1 tensors [K, D] on the same device, K ≥ 1: each space's negatives, whose numbers may differ.</param>
    /// <param name="temperature">τ, finite and above 0. Default 0.2.</param>
    /// <param name="falseNegatives">
    /// Null for none, or for each space Bool [B, K] or null: where (b, k) is true, negative k is left out of query b's denominator.
    /// </param>
    /// <param name="reduction">Mean (default) or Sum over the B images; None gives each image's loss.</param>
    /// <param name="checkValues">Whether to look for NaN and infinity (default). It reads the inputs once and waits for a GPU.</param>
    /// <param name="unitNegatives">As in <see cref="InfoNCE.LossAgainst"/>: the negatives are unit rows, and taken as they are. Default no.</param>
    /// <returns>A scalar, or [B] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// An input has another rank, shape, type or device than described above; or, with <paramref name="checkValues"/>, is not finite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature or the reduction is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>using var loss = LeaveOneOut.Loss(queries, keys, [queues[0].Keys(), queues[1].Keys()], unitNegatives: true);</code></example>
    public static Tensor Loss(
        Tensor queries,
        Tensor keys,
        IReadOnlyList<Tensor> negatives,
        double temperature = 0.2,
        IReadOnlyList<Tensor?>? falseNegatives = null,
        nn.Reduction reduction = nn.Reduction.Mean,
        bool checkValues = true,
        bool unitNegatives = false)
    {
        using var scope = NewDisposeScope();
        var terms = Terms(queries, keys, negatives, temperature, falseNegatives, checkValues, unitNegatives);
        return Similarity.Reduce(terms.mean([0]), reduction).MoveToOuterDisposeScope();
    }

    /// <summary>ℓ of every space and image.</summary>
    /// <param name="queries">As in <see cref="Loss"/>.</param>
    /// <param name="keys">As in <see cref="Loss"/>.</param>
    /// <param name="negatives">As in <see cref="Loss"/>.</param>
    /// <param name="temperature">As in <see cref="Loss"/>.</param>
    /// <param name="falseNegatives">As in <see cref="Loss"/>.</param>
    /// <param name="checkValues">As in <see cref="Loss"/>.</param>
    /// <param name="unitNegatives">As in <see cref="Loss"/>.</param>
    /// <returns>[n+1, B]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Loss"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">As in <see cref="Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">As in <see cref="Loss"/>.</exception>
    public static Tensor Terms(
        Tensor queries,
        Tensor keys,
        IReadOnlyList<Tensor> negatives,
        double temperature = 0.2,
        IReadOnlyList<Tensor?>? falseNegatives = null,
        bool checkValues = true,
        bool unitNegatives = false)
    {
        Guard.Positive(temperature, nameof(temperature));
        Check(queries, keys, negatives, falseNegatives, checkValues);
        return TermsInTiles(queries, keys, negatives, temperature, falseNegatives, unitNegatives, Tiling.For(queries));
    }
}
