using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Normalisation;

/// <summary>Merges the batch-norm statistics of parts of a batch into those of the whole: what global (synchronised) batch norm does.</summary>
/// <remarks>
/// <code>μ = Σ_r n_r·μ_r / Σ_r n_r,  σ² = Σ_r n_r·(σ²_r + (μ_r − μ)²) / Σ_r n_r</code>
/// <para>
/// Variances are biased ones (divided by n). Gradient flows through. Within a process, ordinary batch norm over the concatenated batch is global
/// already. Chen et al., 2020 (arXiv:2002.05709), §2.2.
/// </para>
/// </remarks>
public static class ShardStatistics
{
    /// <summary>The mean and variance of the whole from those of R parts.</summary>
    /// <param name="means">μ_r, [R, C], R ≥ 1, floating point.</param>
    /// <param name="variances">σ²_r, [R, C], biased.</param>
    /// <param name="counts">n_r, the values per channel of each part, R numbers of at least 1. Default: all alike.</param>
    /// <returns>μ and σ², [C] each. The caller owns them.</returns>
    /// <exception cref="ArgumentException">The shapes or devices don't match, or another number of counts than parts.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static (Tensor Mean, Tensor Variance) Merge(Tensor means, Tensor variances, IReadOnlyList<long>? counts = null)
    {
        Guard.Embeddings(means, nameof(means));
        Guard.Embeddings(variances, nameof(variances));
        Guard.SameShape(variances, nameof(variances), means, nameof(means));
        Guard.SameDevice(variances, nameof(variances), means, nameof(means));
        var parts = means.shape[0];
        counts ??= [.. Enumerable.Repeat(1L, checked((int)parts))];
        if (counts.Count != parts)
        {
            throw new ArgumentException($"Expected `counts` to be {parts}, one per part, but got {counts.Count}.", nameof(counts));
        }

        for (var i = 0; i < counts.Count; i++)
        {
            ModuleGuard.AtLeast(counts[i], 1, $"counts[{i}]");
        }

        using var scope = NewDisposeScope();
        var total = (double)counts.Sum();
        var shares = tensor(counts.Select(count => count / total).ToArray(), dtype: means.dtype, device: means.device).unsqueeze(1);
        var mean = means.mul(shares).sum(0L);
        var variance = variances.add(means.sub(mean).pow(Scalars.Two), Scalars.One).mul(shares).sum(0L);
        return (mean.MoveToOuterDisposeScope(), variance.MoveToOuterDisposeScope());
    }
}
