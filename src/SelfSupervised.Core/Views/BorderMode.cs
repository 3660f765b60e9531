namespace SelfSupervised.Core.Views;

/// <summary>What lies outside an image.</summary>
public enum BorderMode
{
    /// <summary>The image mirrored at the centres of its outermost pixels.</summary>
    Reflect,

    /// <summary>Zeros.</summary>
    Zero,
}
