namespace SelfSupervised.Core.Views;

/// <summary>How an image is resized. Both are antialiased: where it shrinks, the kernel grows with the scale.</summary>
public enum Interpolation
{
    /// <summary>The triangle kernel, max(0, 1 − |x|).</summary>
    Bilinear,

    /// <summary>Keys' cubic kernel with a = −0.5 (1981). It overshoots at edges, so the result is clipped to [0, 1].</summary>
    Bicubic,
}
