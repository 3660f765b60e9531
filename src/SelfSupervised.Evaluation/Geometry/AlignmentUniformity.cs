using SelfSupervised.Evaluation.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Geometry;

/// <summary>The two properties that a contrastive loss asks for: views of an image near each other, images spread over the sphere.</summary>
/// <remarks>
/// Rows are first divided by their length, u = z / max(‖z‖, 1e-12). Lower is better for both. Arithmetic is Float32, or
/// Float64 if an input is. Wang and Isola, "Understanding Contrastive Representation Learning through Alignment and
/// Uniformity on the Hypersphere", 2020 (arXiv:2005.10242).
/// </remarks>
public static class AlignmentUniformity
{
    private const long ElementsAtOnce = 1 << 22;

    private static readonly Scalar Zero = 0.0.ToScalar();
    private static readonly Scalar One = 1.0.ToScalar();
    private static readonly Scalar Two = 2.0.ToScalar();
    private static readonly Scalar Least = double.NegativeInfinity.ToScalar();

    /// <summary>How near two views of an image are: mean_n ‖u_n − v_n‖^α.</summary>
    /// <param name="viewA">[N, d], N ≥ 1.</param>
    /// <param name="viewB">[N, d] on the same device; row n is from the same image as row n of <paramref name="viewA"/>.</param>
    /// <param name="alpha">α, finite and above 0. Default 2.</param>
    /// <returns>From 0, all pairs alike, to 2^α.</returns>
    /// <exception cref="ArgumentException">An input has another shape, type or device than described above, or is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">α is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static double Alignment(Tensor viewA, Tensor viewB, double alpha = 2)
    {
        Guard.Features(viewA, nameof(viewA));
        Guard.Features(viewB, nameof(viewB));
        Guard.SameShape(viewB, nameof(viewB), viewA, nameof(viewA));
        Guard.SameDevice(viewB, nameof(viewB), viewA, nameof(viewA));
        Guard.Finite((viewA, nameof(viewA)), (viewB, nameof(viewB)));
        Guard.Positive(alpha, nameof(alpha));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var exponent = (alpha / 2).ToScalar();
        var precision = Rows.Precision(viewA, viewB);
        var squares = Rows.Unit(viewA, precision).sub_(Rows.Unit(viewB, precision)).pow(Two).sum(1L);
        return squares.pow(exponent).mean([0], type: ScalarType.Float64).cpu().item<double>();
    }

    /// <summary>How evenly images are spread: log mean_{i&lt;j} exp(−t‖u_i − u_j‖²), over pairs of different rows.</summary>
    /// <remarks>Some rows are compared with all at once, and each pair once: memory does not grow with N².</remarks>
    /// <param name="features">[N, d], N ≥ 2.</param>
    /// <param name="t">t, finite and above 0. Default 2.</param>
    /// <returns>From −4t, two opposite points, to 0, all rows alike.</returns>
    /// <exception cref="ArgumentException">The features have another shape or type than described above, or are not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">t is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The features have been disposed.</exception>
    /// <example><code>Console.WriteLine(AlignmentUniformity.Uniformity(embeddings));</code></example>
    public static double Uniformity(Tensor features, double t = 2)
    {
        Guard.Features(features, nameof(features), leastRows: 2);
        Guard.Finite((features, nameof(features)));
        Guard.Positive(t, nameof(t));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var twice = (2 * t).ToScalar();
        var rows = features.shape[0];
        var unit = Rows.Unit(features, Rows.Precision(features));
        var parts = new List<double>();
        foreach (var (start, count) in Rows.Chunks(rows - 1, Rows.AtOnce(rows, ElementsAtOnce)))
        {
            using var part = NewDisposeScope();
            var others = rows - start - 1;

            // Row r of the part against the rows after it: with ‖u‖ = 1, −t‖u − v‖² = 2t(u·v − 1).
            var exponents = unit.narrow(0, start, count).mm(unit.narrow(0, start + 1, others).t()).sub_(One).mul_(twice).clamp_max_(Zero);
            exponents.masked_fill_(ones(count, others, ScalarType.Bool, features.device).tril(-1), Least);
            parts.Add(exponents.to(ScalarType.Float64).view(-1).logsumexp(0).cpu().item<double>());
        }

        var largest = parts.Max();
        var pairs = rows * (rows - 1.0) / 2;
        return largest + Math.Log(parts.Sum(value => Math.Exp(value - largest))) - Math.Log(pairs);
    }
}
