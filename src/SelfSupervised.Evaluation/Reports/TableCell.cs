using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>A cell of a <see cref="ReportTable"/>: text, or a number with its interval.</summary>
public sealed record TableCell
{
    private TableCell(string text, double? value, string? interval) => (Text, Value, Interval) = (text, value, interval);

    /// <summary>What is shown.</summary>
    public string Text { get; }

    /// <summary>The number behind the text, by which the best is found; null if it is text only.</summary>
    public double? Value { get; }

    /// <summary>The confidence interval as text, shown smaller beside the number; null if there is none.</summary>
    public string? Interval { get; }

    /// <summary>A cell of text.</summary>
    /// <param name="text">May be empty.</param>
    public static implicit operator TableCell(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(text, null, null);
    }

    /// <summary>A cell with a number.</summary>
    /// <param name="value">The number; NaN and infinities are shown as a dash and are never the best.</param>
    /// <param name="format">A .NET format for numbers, as in "F3" or "P1". Default: four significant digits.</param>
    /// <param name="interval">Its confidence interval. Default: none.</param>
    /// <returns>The cell.</returns>
    /// <exception cref="FormatException">The format is none.</exception>
    public static TableCell Number(double value, string format = "G4", string? interval = null) =>
        double.IsFinite(value) ? new(Numbers.Format(value, format), value, interval) : new("–", double.NaN, interval);

    /// <summary>A cell with an accuracy in per cent and its interval of 95 %.</summary>
    /// <param name="accuracy">The accuracy.</param>
    /// <returns>The cell, as in "91.3" with "90.7–91.8".</returns>
    public static TableCell Percent(Accuracy accuracy) => Number(
        100 * accuracy.Value, "F1", accuracy.Count == 0 ? null : $"{Numbers.Format(100 * accuracy.Low, "F1")}–{Numbers.Format(100 * accuracy.High, "F1")}");
}
