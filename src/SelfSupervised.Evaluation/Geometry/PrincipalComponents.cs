using SelfSupervised.Evaluation.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Geometry;

/// <summary>Principal components: the directions along which features vary most. With two of them, a map of a data set.</summary>
/// <remarks>
/// <para>
/// z = (x − x̄)·Vᵀ with the k eigenvectors of the covariance that have the largest eigenvalues as rows of V, which are the
/// leading right singular vectors of the centred data. Each vector's sign is such that its largest loading by size is
/// positive, of equals the first. Vectors of equal eigenvalues are arbitrary within the space they span.
/// </para>
/// <para>It holds plain numbers, computed in Float64, so there is nothing to dispose. Pearson, 1901; Hotelling, 1933.</para>
/// </remarks>
public sealed class PrincipalComponents
{
    private readonly double[] _mean;
    private readonly double[] _vectors;

    private PrincipalComponents(double[] mean, double[] vectors, double[] variances, double total)
    {
        (_mean, _vectors, Variances) = (mean, vectors, variances);
        VarianceShares = Array.ConvertAll(variances, variance => total == 0 ? 0 : variance / total);
    }

    /// <summary>k.</summary>
    public int Count => Variances.Count;

    /// <summary>d, the width of the features.</summary>
    public int Dimension => _mean.Length;

    /// <summary>The variance along each component, 1/(N − 1) of the sum of squares, in descending order.</summary>
    public IReadOnlyList<double> Variances { get; }

    /// <summary>Each component's share of the variance of all d dimensions; 0 if there is none.</summary>
    public IReadOnlyList<double> VarianceShares { get; }

    /// <summary>Finds the components of features.</summary>
    /// <param name="features">[N, d], N ≥ 2.</param>
    /// <param name="count">k, from 1 to the smaller of d and N − 1. Default 2.</param>
    /// <returns>The components.</returns>
    /// <exception cref="ArgumentException">The features have another shape or type than described above, or are not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The features have been disposed.</exception>
    /// <example><code>using var map = PrincipalComponents.Of(features).Project(features);</code></example>
    public static PrincipalComponents Of(Tensor features, int count = 2)
    {
        Guard.Features(features, nameof(features), leastRows: 2);
        Guard.Finite((features, nameof(features)));
        var width = features.shape[1];
        Guard.Between(count, 1, Math.Min(width, features.shape[0] - 1), nameof(count), "the smaller of columns and rows − 1 of `features`");
        using var scope = NewDisposeScope();
        var (mean, matrix) = Covariance.Of(features, unitRows: false);
        var (values, vectors) = linalg.eigh(matrix);

        // Eigenvalues come in ascending order, eigenvectors as columns.
        var leading = vectors.narrow(1, width - count, count).flip(1L).t();
        var largest = leading.abs().argmax(1, keepdim: true);
        var signed = leading.mul(leading.gather(1, largest).sign());
        var variances = Rows.ToArray<double>(values.narrow(0, width - count, count).flip(0L));
        return new PrincipalComponents(
            Rows.ToArray<double>(mean), Rows.ToArray<double>(signed), Array.ConvertAll(variances, value => Math.Max(0, value)),
            matrix.trace().cpu().item<double>());
    }

    /// <summary>V.</summary>
    /// <returns>[k, d] Float64 on the CPU, orthonormal rows. The caller owns it.</returns>
    public Tensor Vectors() => tensor(_vectors, [Count, Dimension]);

    /// <summary>The features in the components' coordinates.</summary>
    /// <param name="features">[N, d]; the same that the components were found of, or others.</param>
    /// <returns>[N, k], Float32, or Float64 if the features are. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The features have another shape or type than described above, or are not finite.</exception>
    /// <exception cref="ObjectDisposedException">The features have been disposed.</exception>
    public Tensor Project(Tensor features)
    {
        Guard.Features(features, nameof(features));
        if (features.shape[1] != Dimension)
        {
            throw new ArgumentException($"Expected `features` to have shape [N, {Dimension}], but got {Guard.Text(features.shape)}.", nameof(features));
        }

        Guard.Finite((features, nameof(features)));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var precision = Rows.Precision(features);
        var (mean, vectors) = (tensor(_mean, precision, features.device), Vectors().to(precision, features.device));
        return features.to(precision).sub(mean).mm(vectors.t()).MoveToOuterDisposeScope();
    }
}
