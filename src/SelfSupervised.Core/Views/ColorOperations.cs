using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Colour operations with given factors, one per image, as batched torch operators.</summary>
/// <remarks>
/// <para>
/// torchvision's definitions for tensors. Images are [B, 3, H, W] in [0, 1], Float32 or Float64; factors are [B], of any type
/// that converts to the images', on their device. Results are new tensors in [0, 1], and gradients flow to images and factors.
/// </para>
/// <para>
/// gray = 0.2989·R + 0.587·G + 0.114·B. With x the image, f the factor and clip to [0, 1]: brightness clip(f·x); contrast
/// clip(f·x + (1−f)·m), m the mean of gray over the image; saturation clip(f·x + (1−f)·gray).
/// </para>
/// </remarks>
public static class ColorOperations
{
    internal const double RedWeight = 0.2989;
    internal const double GreenWeight = 0.587;
    internal const double BlueWeight = 0.114;

    private static readonly Scalar _redWeight = RedWeight.ToScalar();
    private static readonly Scalar _greenWeight = GreenWeight.ToScalar();
    private static readonly Scalar _blueWeight = BlueWeight.ToScalar();
    private static readonly Scalar _minusOne = (-1).ToScalar();
    private static readonly Scalar _minusSix = (-6).ToScalar();
    private static readonly Scalar _minusThree = (-3).ToScalar();
    private static readonly Scalar _minusTwo = (-2).ToScalar();
    private static readonly Scalar _sixth = (1 / 6.0).ToScalar();
    private static readonly float[] _channelStarts = [0, -2, -4];

    /// <summary>Multiplies by a factor.</summary>
    /// <param name="images">[B, C, H, W]; C may be any.</param>
    /// <param name="factors">[B]: 0 gives black, 1 the image.</param>
    /// <returns>[B, C, H, W]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">An input has another rank, shape, type or device.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor AdjustBrightness(Tensor images, Tensor factors)
    {
        using var scope = NewDisposeScope();
        return images.mul(Factors(images, factors)).clamp_(Scalars.Zero, Scalars.One).MoveToOuterDisposeScope();
    }

    /// <summary>Blends with the mean of the gray image.</summary>
    /// <param name="images">[B, 3, H, W].</param>
    /// <param name="factors">[B]: 0 gives the mean gray, 1 the image.</param>
    /// <returns>[B, 3, H, W]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">An input has another rank, shape, type or device.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor AdjustContrast(Tensor images, Tensor factors)
    {
        using var scope = NewDisposeScope();
        var by = Factors(images, factors, channels: 3);
        var mean = Gray(images).mean([1, 2, 3], keepdim: true);
        return images.mul(by).add_(mean.mul_(Rest(by)), Scalars.One).clamp_(Scalars.Zero, Scalars.One).MoveToOuterDisposeScope();
    }

    /// <summary>Blends with the gray image.</summary>
    /// <param name="images">[B, 3, H, W].</param>
    /// <param name="factors">[B]: 0 gives the gray image, 1 the image.</param>
    /// <returns>[B, 3, H, W]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">An input has another rank, shape, type or device.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor AdjustSaturation(Tensor images, Tensor factors)
    {
        using var scope = NewDisposeScope();
        var by = Factors(images, factors, channels: 3);
        return images.mul(by).add_(Gray(images).mul_(Rest(by)), Scalars.One).clamp_(Scalars.Zero, Scalars.One).MoveToOuterDisposeScope();
    }

    /// <summary>Turns the hue in HSV.</summary>
    /// <remarks>
    /// With V the largest channel, D = V − the smallest, and the hue in sixths of the circle h (from the largest channel, red
    /// before green before blue; 0 if D = 0), channel c becomes V − D·clip(min(k, 4 − k)), k = (h + 6·turn + n) mod 6, n = 5, 3, 1
    /// for red, green, blue.
    /// </remarks>
    /// <param name="images">[B, 3, H, W].</param>
    /// <param name="turns">[B], in turns of the circle: 1/3 makes green of red.</param>
    /// <returns>[B, 3, H, W]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">An input has another rank, shape, type or device.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor AdjustHue(Tensor images, Tensor turns)
    {
        using var scope = NewDisposeScope();

        // 6·turn + n − 5 of each channel, from −3 to 3.
        var shift = Factors(images, turns, channels: 3).mul(Scalars.Six).add(tensor(_channelStarts, [1, 3, 1, 1], images.dtype, images.device), Scalars.One);
        shift = shift.add(shift.mul(_sixth).round_(), _minusSix);
        var (red, green, blue) = Channels(images);
        var highest = red.maximum(green).maximum(blue);
        var lowest = red.minimum(green).minimum(blue);
        var range = highest.sub(lowest);

        // D·h, h from −3 to 3: without a division, and so with a slope at gray too.
        var angle = green.add(blue, Scalars.One).sub_(red).add_(highest, Scalars.One).add_(lowest, _minusTwo).copysign(green.sub(blue));

        // With k − 5 from −6 to 6, clip(min(k, 4 − k)) is clip(2 − ||k − 5| − 3|); all of it times D, and taken from V.
        return angle.addcmul(range, shift, Scalars.One).abs_().add_(range, _minusThree).abs_()
            .add_(highest.add(range, _minusTwo), Scalars.One).clamp_(lowest, highest).MoveToOuterDisposeScope();
    }

    /// <summary>The gray image in all three channels.</summary>
    /// <param name="images">[B, 3, H, W].</param>
    /// <returns>[B, 3, H, W]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The images have another rank, shape or type.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public static Tensor Grayscale(Tensor images)
    {
        CheckRgb(images);
        using var scope = NewDisposeScope();
        return Gray(images).expand(-1, 3, -1, -1).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>Inverts what is bright: 1 − x where x is at least the threshold.</summary>
    /// <param name="images">[B, C, H, W]; C may be any.</param>
    /// <param name="thresholds">[B]: 0 inverts everything.</param>
    /// <returns>[B, C, H, W]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">An input has another rank, shape, type or device.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor Solarize(Tensor images, Tensor thresholds)
    {
        using var scope = NewDisposeScope();
        var from = Factors(images, thresholds);
        return where(images.ge(from), Rest(images), images).MoveToOuterDisposeScope();
    }

    // [B, 1, H, W].
    internal static Tensor Gray(Tensor images)
    {
        using var scope = NewDisposeScope();
        var (red, green, blue) = Channels(images);
        return red.mul(_redWeight).add_(green, _greenWeight).add_(blue, _blueWeight).MoveToOuterDisposeScope();
    }

    internal static Tensor Clip(Tensor values) => values.clamp(Scalars.Zero, Scalars.One);

    // Each [B, 1, H, W].
    private static (Tensor Red, Tensor Green, Tensor Blue) Channels(Tensor images)
    {
        var channels = images.chunk(3, 1);
        return (channels[0], channels[1], channels[2]);
    }

    // 1 − f.
    private static Tensor Rest(Tensor factors) => factors.mul(_minusOne).add_(Scalars.One, Scalars.One);

    private static void CheckRgb(Tensor images)
    {
        ViewGuard.Images(images, nameof(images));
        ModuleGuard.Maps(images, nameof(images), 3);
    }

    private static Tensor Factors(Tensor images, Tensor factors, long channels = 0)
    {
        ViewGuard.Images(images, nameof(images));
        if (channels > 0)
        {
            ModuleGuard.Maps(images, nameof(images), channels);
        }

        ViewGuard.PerImage(factors, nameof(factors), images, nameof(images));
        return factors.to(images.dtype).view(-1, 1, 1, 1);
    }
}
