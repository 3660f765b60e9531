using SelfSupervised.Evaluation.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Geometry;

/// <summary>The singular values of embeddings' covariance, and how many dimensions they say are in use.</summary>
/// <remarks>
/// <para>
/// A sharp drop in the values, plotted as their natural logarithms in descending order, is dimensional collapse. All
/// measures are 1 for a single value above 0, d for d equal ones, and 0 where all are 0: embeddings that are one point. N rows
/// span at most N − 1 dimensions: take N well above d.
/// </para>
/// <para>
/// Jing et al., "Understanding Dimensional Collapse in Contrastive Self-supervised Learning", 2021 (arXiv:2110.09348). RankMe
/// (Garrido et al., 2022, arXiv:2210.02885) is another number: the effective rank of the singular values of the embeddings themselves, not centred.
/// </para>
/// </remarks>
public sealed class Spectrum
{
    private readonly double[] _values;

    /// <summary>A spectrum that is known already.</summary>
    /// <param name="values">σ, at least one, each finite and at least 0, in any order.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public Spectrum(IEnumerable<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        _values = values.Select(value => Guard.AtLeastZero(value, nameof(values))).OrderDescending().ToArray();
        if (_values.Length == 0)
        {
            throw new ArgumentException("Expected `values` to hold at least one value, but it is empty.", nameof(values));
        }
    }

    /// <summary>σ_1 ≥ σ_2 ≥ … ≥ 0.</summary>
    public IReadOnlyList<double> Values => _values;

    /// <summary>The effective rank exp(−Σ p_k log p_k) with p_k = σ_k/Σσ. Roy and Vetterli, "The Effective Rank", 2007.</summary>
    public double EffectiveRank
    {
        get
        {
            var sum = _values.Sum();
            return sum == 0 ? 0 : Math.Exp(-_values.Where(value => value > 0).Sum(value => value / sum * Math.Log(value / sum)));
        }
    }

    /// <summary>The participation ratio (Σσ)²/Σσ².</summary>
    public double ParticipationRatio => Relative(largest => Square(_values.Sum(value => value / largest)) / SquaresOver(largest));

    /// <summary>The stable rank ‖C‖_F²/‖C‖₂² = Σσ²/σ_1², C being the covariance.</summary>
    public double StableRank => Relative(SquaresOver);

    /// <summary>The spectrum of embeddings: the singular values of C = 1/(N − 1) Σ_n (z_n − z̄)(z_n − z̄)ᵀ, in Float64.</summary>
    /// <param name="features">[N, d], N ≥ 2: embeddings, or representations.</param>
    /// <param name="normaliseRows">Whether each row is first divided by its length, as Jing et al. do. Default yes.</param>
    /// <returns>The d values.</returns>
    /// <exception cref="ArgumentException">The features have another shape or type than described above, or are not finite.</exception>
    /// <exception cref="ObjectDisposedException">The features have been disposed.</exception>
    /// <example><code>Console.WriteLine(Spectrum.Of(embeddings).EffectiveRank);</code></example>
    public static Spectrum Of(Tensor features, bool normaliseRows = true)
    {
        Guard.Features(features, nameof(features), leastRows: 2);
        Guard.Finite((features, nameof(features)));
        using var scope = NewDisposeScope();
        var (_, matrix) = Covariance.Of(features, normaliseRows);

        // Of a symmetric matrix without negative eigenvalues, these are the singular values; rounding can leave −1e-20.
        return new Spectrum(Rows.ToArray<double>(linalg.eigvalsh(matrix)).Select(value => Math.Max(0, value)));
    }

    /// <summary>The numerical rank: how many values are above a threshold times the largest.</summary>
    /// <param name="threshold">At least 0 and below 1. Default 1e-6.</param>
    /// <returns>From 0 to the number of values.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is out of range.</exception>
    public int NumericalRank(double threshold = 1e-6)
    {
        if (threshold is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(threshold), threshold, $"Expected `threshold` to be at least 0 and below 1, but got {threshold}.");
        }

        return _values.Count(value => value > threshold * _values[0]);
    }

    private static double Square(double value) => value * value;

    private double SquaresOver(double largest) => _values.Sum(value => Square(value / largest));

    // In units of the largest value, so that no square overflows or vanishes.
    private double Relative(Func<double, double> measure) => _values[0] == 0 ? 0 : measure(_values[0]);
}
