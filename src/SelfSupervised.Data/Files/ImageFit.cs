namespace SelfSupervised.Data.Files;

/// <summary>How an image that is read from its own file gets the size of the set.</summary>
public enum ImageFit
{
    /// <summary>
    /// It is scaled, up or down and keeping its proportions, until it just covers H × W, and the centre is cut out: for
    /// a square, the shorter side gets its length. A large JPEG is decoded at a half, a quarter or an eighth of its size, and
    /// Lanczos-3 does the rest.
    /// </summary>
    CentreCrop,

    /// <summary>It must be H × W, once it is upright; any other is an error.</summary>
    Exact,
}
