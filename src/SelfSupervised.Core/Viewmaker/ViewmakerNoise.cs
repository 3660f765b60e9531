using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <summary>The random numbers behind a batch of views, uniform in [0, 1): the same noise gives the same views.</summary>
/// <param name="Image">
/// [B, 1, H′, W′], joined to the images as a channel; H′ and W′ are the images' sides (or those they are resized to), rounded up
/// to multiples of 4.
/// </param>
/// <param name="Maps">[B, R, H′/4, W′/4], a channel for each residual block.</param>
public sealed record ViewmakerNoise(Tensor Image, Tensor Maps) : IDisposable
{
    /// <summary>Disposes both.</summary>
    public void Dispose()
    {
        Image.Dispose();
        Maps.Dispose();
    }
}
