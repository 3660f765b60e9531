namespace SelfSupervised.Evaluation.Reports;

/// <summary>A level to compare a chart's values with, as a dashed line.</summary>
/// <param name="Value">y, finite and at most 1e100 in size. A logarithmic axis shows it if it is above 0.</param>
/// <param name="Label">What it is, as in "chance".</param>
public sealed record ReferenceLine(double Value, string Label);
