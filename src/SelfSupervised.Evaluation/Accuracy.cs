using System.Globalization;

namespace SelfSupervised.Evaluation;

/// <summary>A share of right answers, with its confidence interval.</summary>
/// <remarks>
/// The interval is Wilson's of 95 %: it stays within [0, 1] and has a width at 0 and 1 too. It covers the chance of which
/// examples were tested, not that of training; for that, repeat over seeds. Wilson, "Probable Inference, the Law of
/// Succession, and Statistical Inference", 1927.
/// </remarks>
/// <param name="Correct">The number of right answers.</param>
/// <param name="Count">n, the number of answers.</param>
public readonly record struct Accuracy(long Correct, long Count)
{
    // The normal distribution's 97.5 % point.
    private const double Z = 1.959963984540054;

    /// <summary>p = correct / n, in [0, 1]; NaN if there was no answer.</summary>
    public double Value => (double)Correct / Count;

    /// <summary>The interval's lower end; NaN if there was no answer.</summary>
    public double Low => Count == 0 ? double.NaN : Math.Max(0, Centre - HalfWidth);

    /// <summary>The interval's upper end; NaN if there was no answer.</summary>
    public double High => Count == 0 ? double.NaN : Math.Min(1, Centre + HalfWidth);

    private double Centre => (Value + (Z * Z / (2 * Count))) / (1 + (Z * Z / Count));

    private double HalfWidth =>
        Z / (1 + (Z * Z / Count)) * Math.Sqrt((Value * (1 - Value) / Count) + (Z * Z / (4.0 * Count * Count)));

    /// <summary>The share and its interval.</summary>
    /// <returns>As in "0.9130 [0.9073, 0.9184]".</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value:F4} [{Low:F4}, {High:F4}]");
}
