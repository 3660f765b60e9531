namespace SelfSupervised.Evaluation.Reports;

/// <summary>A column of a <see cref="ReportTable"/>.</summary>
/// <param name="Name">The heading; may be empty.</param>
/// <param name="Best">Which value is emphasised. Default: none.</param>
public sealed record TableColumn(string Name, BestValue Best = BestValue.None)
{
    /// <summary>A column without emphasis.</summary>
    /// <param name="name">The heading.</param>
    public static implicit operator TableColumn(string name) => new(name);
}
