namespace SelfSupervised.Evaluation.Reports;

/// <summary>What an image of an <see cref="ImageGrid"/> is marked as, in colour, by its border's style and by a sign.</summary>
public enum ImageMark
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>What others are compared with: a strong border.</summary>
    Query,

    /// <summary>As it should be, as a neighbour of the query's class: a solid green border and ✓.</summary>
    Match,

    /// <summary>Not as it should be: a dashed red border and ✗.</summary>
    Mismatch,
}
