using SelfSupervised.Evaluation.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>An image that a report can show; it holds plain bytes, so there is nothing to dispose.</summary>
public sealed class ReportImage
{
    /// <summary>Makes an image of bytes.</summary>
    /// <param name="pixels">[C, H, W], one plane after the other.</param>
    /// <param name="channels">C, 1 or 3.</param>
    /// <param name="height">H ≥ 1.</param>
    /// <param name="width">W ≥ 1.</param>
    /// <exception cref="ArgumentException">There are not C·H·W pixels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The channels, the height or the width are out of range.</exception>
    public ReportImage(ReadOnlySpan<byte> pixels, int channels, int height, int width)
    {
        var png = Png.Encode(pixels, channels, height, width);
        (Base64, Height, Width) = (Convert.ToBase64String(png), height, width);
    }

    /// <summary>H.</summary>
    public int Height { get; }

    /// <summary>W.</summary>
    public int Width { get; }

    internal string Base64 { get; }

    /// <summary>Makes images of a batch.</summary>
    /// <param name="images">[N, C, H, W] of floating point, C 1 or 3, all others at least 1; values are clamped to [0, 1].</param>
    /// <returns>N images, rounded to bytes.</returns>
    /// <exception cref="ArgumentException">The images have another shape or type than described above, or are not finite.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public static IReadOnlyList<ReportImage> Of(Tensor images)
    {
        Guard.Alive(images, nameof(images));
        var shape = images.shape;
        if (shape.Length != 4 || shape[1] is not (1 or 3) || shape.Contains(0))
        {
            throw new ArgumentException(
                $"Expected `images` to have shape [N, C, H, W], C 1 or 3 and the others at least 1, but got {Guard.Text(shape)}.", nameof(images));
        }

        if (images.dtype is not (ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"Expected `images` to be Float16, BFloat16, Float32 or Float64, but got {images.dtype}.", nameof(images));
        }

        Guard.Finite((images, nameof(images)));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (channels, height, width) = ((int)shape[1], (int)shape[2], (int)shape[3]);
        var bytes = Rows.ToArray<byte>(images.to(ScalarType.Float32).clamp(0, 1).mul(255).round().to(ScalarType.Byte));
        return bytes.Chunk(channels * height * width).Select(pixels => new ReportImage(pixels, channels, height, width)).ToArray();
    }
}
