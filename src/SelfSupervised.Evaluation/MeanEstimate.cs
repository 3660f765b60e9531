using System.Globalization;
using SelfSupervised.Evaluation.Internal;

namespace SelfSupervised.Evaluation;

/// <summary>A mean over repetitions, with its confidence interval of 95 %.</summary>
/// <remarks>The half width is t·s/√n, with s the deviation (n − 1) and t Student's for n − 1 degrees of freedom: 2.262 for n = 10.</remarks>
public sealed record MeanEstimate
{
    internal MeanEstimate(IReadOnlyList<double> values)
    {
        (Count, Mean) = (values.Count, values.Average());
        var squares = values.Sum(value => (value - Mean) * (value - Mean));
        Deviation = Count > 1 ? Math.Sqrt(squares / (Count - 1)) : double.NaN;
        HalfWidth = Count > 1 ? StudentT.TwoSided95(Count - 1) * Deviation / Math.Sqrt(Count) : double.NaN;
    }

    /// <summary>Of the results of repetitions, as with other seeds.</summary>
    /// <param name="values">At least one, all finite.</param>
    /// <returns>Their mean, and its interval if there are two or more.</returns>
    /// <exception cref="ArgumentException">There is no value, or one is not finite.</exception>
    public static MeanEstimate Of(params IReadOnlyList<double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return values.Count > 0 && values.All(double.IsFinite)
            ? new MeanEstimate(values)
            : throw new ArgumentException($"Expected `values` to be at least one number, all finite, but got [{string.Join(", ", values)}].", nameof(values));
    }

    /// <summary>n, the repetitions.</summary>
    public int Count { get; }

    /// <summary>The mean.</summary>
    public double Mean { get; }

    /// <summary>s; NaN if n = 1.</summary>
    public double Deviation { get; }

    /// <summary>Half the interval's width; NaN if n = 1.</summary>
    public double HalfWidth { get; }

    /// <summary>The mean and half the interval's width.</summary>
    /// <returns>As in "0.6810 ± 0.0120".</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Mean:F4} ± {HalfWidth:F4}");
}
