using SelfSupervised.Evaluation.Geometry;
using SelfSupervised.Training.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Pretraining;

/// <summary>What embeddings of a batch say, without labels, of whether a representation is being learned.</summary>
/// <param name="PositiveSimilarity">The mean cosine similarity of two views of an image; from −1 to 1. With one view, 1.</param>
/// <param name="NegativeSimilarity">The mean cosine similarity of different images in a view; near 1 is collapse.</param>
/// <param name="EffectiveRank">The effective rank of the first view's covariance, at most the smaller of D and B − 1.</param>
/// <param name="Alignment">The mean squared distance of two views of an image on the sphere: 2 − 2·positive similarity.</param>
/// <param name="Uniformity">The log of the mean Gaussian potential of the first view's images, t = 2; 0 is collapse, −4 is good.</param>
public sealed record RepresentationHealth(
    double PositiveSimilarity, double NegativeSimilarity, double EffectiveRank, double Alignment, double Uniformity)
{
    private const double CollapsedSimilarity = 0.99;
    private const double CollapsedRank = 1.5;

    /// <summary>Whether all images look alike: a negative similarity above 0.99, or an effective rank below 1.5.</summary>
    public bool IsCollapsed => NegativeSimilarity > CollapsedSimilarity || EffectiveRank < CollapsedRank;

    /// <summary>Measures embeddings.</summary>
    /// <param name="embeddings">V ≥ 1 tensors [B, D], B ≥ 2, finite; row n of each from image n.</param>
    /// <returns>The measures, of the first two views.</returns>
    /// <exception cref="ArgumentException">There is no view, or one has another shape or type, or is not finite.</exception>
    /// <exception cref="ObjectDisposedException">A view has been disposed.</exception>
    public static RepresentationHealth Measure(IReadOnlyList<Tensor> embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        if (embeddings.Count == 0)
        {
            throw new ArgumentException("Expected `embeddings` to hold at least one view, but it is empty.", nameof(embeddings));
        }

        var (first, second) = (embeddings[0], embeddings[Math.Min(1, embeddings.Count - 1)]);
        var alignment = AlignmentUniformity.Alignment(first, second);
        var spectrum = Spectrum.Of(first);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var unit = nn.functional.normalize(first.to(ScalarType.Float64), p: 2, dim: 1, eps: 1e-12);
        var count = unit.shape[0];

        // Over all pairs, i ≠ j: the square of the sum holds them and each row with itself.
        var pairs = unit.sum(0L).pow(Scalars.Two).sum().sub(unit.pow(Scalars.Two).sum()).cpu().item<double>();
        return new RepresentationHealth(
            1 - (alignment / 2), pairs / (count * (count - 1.0)), spectrum.EffectiveRank, alignment, AlignmentUniformity.Uniformity(first));
    }
}
