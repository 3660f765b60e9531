using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary>The contrastive losses of the released viewmaker code as pure functions, for reproduction. New work takes <see cref="NTXent"/> and <see cref="Nce"/>.</summary>
/// <remarks>
/// They differ from the usual ones in what the denominator holds, and subtract the logarithm of its size, so that they are 0 when everything is alike.
/// Tamkin, Wu and Goodman, 2021 (arXiv:2010.07432); alextamkin/viewmaker, src/objectives/simclr.py and src/objectives/memory_bank.py.
/// </remarks>
public static class ViewmakerLoss
{
    /// <summary>Two views, of which only the first are anchors; an anchor's candidates are all views, itself among them.</summary>
    /// <remarks>
    /// <code>ℓ_i = −u_i·w_i/τ + log( (1/2B)·Σ_k exp(u_i·[u; w]_k/τ) )</code>
    /// <para>
    /// The anchor itself is not masked: the loss can't fall below −ln B, and while views differ the term exp(1/τ) outweighs the negatives.
    /// </para>
    /// </remarks>
    /// <param name="views">Two tensors [B, D], B ≥ 1, u and w before normalisation.</param>
    /// <param name="temperature">τ, finite and above 0. Default 0.07, as released.</param>
    /// <returns>The mean over the anchors, a scalar of Float32, or Float64 if an input is. The caller owns it.</returns>
    /// <exception cref="ArgumentException">There are not two views, or they have other ranks, shapes, types or devices.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor OneSided(IReadOnlyList<Tensor> views, double temperature = 0.07)
    {
        ArgumentNullException.ThrowIfNull(views);
        Guard.Positive(temperature, nameof(temperature));
        if (views.Count != 2)
        {
            throw new ArgumentException($"Expected `views` to be two, but got {views.Count}.", nameof(views));
        }

        Guard.Embeddings(views[0], "views[0]");
        Guard.Embeddings(views[1], "views[1]");
        Guard.SameShape(views[1], "views[1]", views[0], "views[0]");
        Guard.SameDevice(views[1], "views[1]", views[0], "views[0]");
        using var scope = NewDisposeScope();
        using var inverse = (1 / temperature).ToScalar();
        var precision = Similarity.Precision(views);
        var (u, w) = (Similarity.Unit(views[0], precision), Similarity.Unit(views[1], precision));
        var scaled = u.mul(inverse);
        using var size = Math.Log(2 * u.shape[0]).ToScalar();
        var all = scaled.mm(cat([u, w]).t()).logsumexp(1).sub(size);
        return all.sub(scaled.mul(w).sum(1L)).mean().MoveToOuterDisposeScope();
    }

    /// <summary>A memory against m others that were drawn with replacement; the positive is not in the denominator.</summary>
    /// <remarks>
    /// <code>ℓ = −s₀ + log( (1/m)·Σ_j exp(s_j) )</code>
    /// <para>It is bounded by −2/τ, not by 0.</para>
    /// </remarks>
    /// <param name="logScores">s, [B, 1 + m] cosines over τ, the image's own memory first; m ≥ 1.</param>
    /// <returns>The mean over the images, a scalar of Float32, or Float64 if the scores are. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The scores have another rank, type, or fewer than two columns.</exception>
    /// <exception cref="ObjectDisposedException">The scores have been disposed.</exception>
    public static Tensor AgainstMemories(Tensor logScores)
    {
        Nce.CheckScores(logScores);
        using var scope = NewDisposeScope();
        var scores = logScores.to(Similarity.Precision(logScores));
        var others = scores.shape[1] - 1;
        using var size = Math.Log(others).ToScalar();
        return scores.narrow(1, 1, others).logsumexp(1).sub(size).sub(scores.select(1, 0)).mean().MoveToOuterDisposeScope();
    }
}
