namespace SelfSupervised.Core.Views;

/// <summary>Who applies a draw. Both agree to rounding.</summary>
public enum ViewExecutor
{
    /// <summary>
    /// <see cref="Fused"/> for images on the CPU that need no gradient, if every operator of the pipeline has a kernel for it;
    /// otherwise <see cref="Torch"/>.
    /// </summary>
    Auto,

    /// <summary>Batched torch operators: on any device, differentiable with respect to the images.</summary>
    Torch,

    /// <summary>On the host, one image at a time through all operators while it is in cache, vectorised, on all cores.</summary>
    Fused,
}
