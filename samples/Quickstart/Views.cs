using static TorchSharp.torch;

namespace Quickstart;

/// <summary>A random view of each image: crop, mirror, colour gain and noise, drawn per image, applied to the whole batch.</summary>
internal static class Views
{
    /// <summary>Draws one view of every image.</summary>
    /// <param name="images">[N, 3, H, W] float32 in [0, 1].</param>
    /// <param name="generator">Where the randomness comes from; on the images' device.</param>
    /// <returns>[N, 3, H, W] float32 in [0, 1]; the caller owns it.</returns>
    public static Tensor Draw(Tensor images, Generator generator)
    {
        using var scope = NewDisposeScope();
        var count = images.shape[0];

        // x' = ±zoom x + shift: a window of 70 to 100 % of the side, anywhere inside the image, mirrored half of the time.
        var zoom = Uniform(0.7, 1);
        var mirror = Uniform(-1, 1).sign();
        var none = zeros_like(zoom);
        var row1 = cat([zoom * mirror, none, Uniform(-1, 1) * (1 - zoom)], 1);
        var row2 = cat([none, zoom, Uniform(-1, 1) * (1 - zoom)], 1);
        var grid = nn.functional.affine_grid(stack([row1, row2], 1), images.shape, align_corners: false);
        var view = nn.functional.grid_sample(images, grid, padding_mode: GridSamplePaddingMode.Border, align_corners: false);

        var gain = rand(count, 3, 1, 1, device: images.device, generator: generator) * 0.6 + 0.7;
        var noise = randn(view.shape, device: images.device, generator: generator) * 0.05;
        return (view * gain + noise).clamp(0, 1).MoveToOuterDisposeScope();

        Tensor Uniform(double low, double high) =>
            rand(count, 1, device: images.device, generator: generator) * (high - low) + low;
    }
}
