using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <summary>What a <see cref="ViewmakerNetwork"/> makes of a batch of images. Whoever asked owns the tensors.</summary>
/// <param name="Views">[B, C, H, W]: the images and their perturbation, clamped if the network clamps.</param>
/// <param name="Perturbation">
/// δ, [B, C, H, W], in pixels, within its budget and not clamped. What clamping leaves of it is <c>Views − images</c>.
/// </param>
/// <param name="Features">[B, 4w], w the base width: the spatial mean of the maps that enter the residual blocks, for losses of one's own.</param>
public sealed record ViewmakerOutput(Tensor Views, Tensor Perturbation, Tensor Features) : IDisposable
{
    /// <summary>Disposes all three.</summary>
    public void Dispose()
    {
        Views.Dispose();
        Perturbation.Dispose();
        Features.Dispose();
    }
}
