namespace SelfSupervised.Core.Heads;

/// <summary>Which layers of a <see cref="ProjectionHead"/> are followed by batch norm.</summary>
public enum HeadNormalisation
{
    /// <summary>None.</summary>
    None,

    /// <summary>All but the last, each with scale and shift.</summary>
    Hidden,

    /// <summary>All; the last one has a scale but no shift, as in SimCLR's code.</summary>
    All,
}
