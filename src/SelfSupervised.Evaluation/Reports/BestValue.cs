namespace SelfSupervised.Evaluation.Reports;

/// <summary>Which value of a table's column is emphasised.</summary>
public enum BestValue
{
    /// <summary>None.</summary>
    None,

    /// <summary>The highest, as of an accuracy.</summary>
    Highest,

    /// <summary>The lowest, as of an error.</summary>
    Lowest,
}
