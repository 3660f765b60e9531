namespace SelfSupervised.Evaluation.Reports;

/// <summary>A bar of a <see cref="BarChart"/>.</summary>
/// <param name="Label">What it stands for.</param>
/// <param name="Value">Its length, finite and at most 1e100 in size.</param>
/// <param name="Low">The confidence interval's lower end; null if there is no interval.</param>
/// <param name="High">The confidence interval's upper end; null if there is no interval.</param>
public sealed record Bar(string Label, double Value, double? Low = null, double? High = null)
{
    /// <summary>The bar of an accuracy, from 0 to 1, with its interval of 95 %.</summary>
    /// <param name="label">What it stands for.</param>
    /// <param name="accuracy">Of at least one answer.</param>
    /// <returns>The bar.</returns>
    public static Bar Of(string label, Accuracy accuracy) => new(label, accuracy.Value, accuracy.Low, accuracy.High);
}
