using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Gives images the style of others: what <see cref="StyleRandomization"/> draws for.</summary>
public interface IStyleTransfer
{
    /// <summary>Stylises images.</summary>
    /// <param name="images">[B, C, H, W] in [0, 1]: what is to be seen.</param>
    /// <param name="styles">[B, C, H', W'] in [0, 1], of the images' type and device: row b's style is image b's.</param>
    /// <param name="strengths">[B, 1, 1, 1] in [0, 1]: 0 is the image's own style, 1 the other's alone.</param>
    /// <returns>[B, C, H, W] in [0, 1]. The caller owns it.</returns>
    Tensor Stylize(Tensor images, Tensor styles, Tensor strengths);
}
