using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Cuts out a box of given size at a uniformly drawn place, after padding if asked for.</summary>
/// <remarks>
/// The corner is uniform over the integers of [−p, H + p − h] × [−p, W + p − w]. With a padding of 4 and the image's own size it is
/// the pad-crop that networks on CIFAR are trained with; AlexNet crops 224 pixels of 256, without padding.
/// </remarks>
public sealed class RandomCrop : ViewOperator, IHostKernel
{
    /// <summary>Creates the operator.</summary>
    /// <param name="height">h, the height of the views in pixels, at least 1.</param>
    /// <param name="width">w, their width in pixels, at least 1.</param>
    /// <param name="padding">p, the pixels added on every side, at least 0 (default).</param>
    /// <param name="border">What is added. Default: zeros.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is too small, or the border is undefined.</exception>
    public RandomCrop(int height, int width, int padding = 0, BorderMode border = BorderMode.Zero)
        : base(probability: 1, "top", "left")
    {
        ModuleGuard.AtLeast(height, 1, nameof(height));
        ModuleGuard.AtLeast(width, 1, nameof(width));
        ModuleGuard.AtLeast(padding, 0, nameof(padding));
        ViewGuard.Defined(border, nameof(border));
        (Height, Width, Padding, Border) = (height, width, padding, border);
    }

    /// <summary>The height of the views in pixels.</summary>
    public int Height { get; }

    /// <summary>The width of the views in pixels.</summary>
    public int Width { get; }

    /// <summary>The pixels added on every side.</summary>
    public int Padding { get; }

    /// <summary>What is added.</summary>
    public BorderMode Border { get; }

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input)
    {
        if (input.Height + (2 * Padding) < Height || input.Width + (2 * Padding) < Width)
        {
            throw new ArgumentException(
                $"{Name} cuts out {Height} by {Width} pixels, but got the shape {input}, padded by {Padding}.");
        }

        return new ImageShape(input.Channels, Height, Width);
    }

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
        parameters[0] = random.Below(shape.Height + (2 * Padding) - Height + 1) - Padding;
        parameters[1] = random.Below(shape.Width + (2 * Padding) - Width + 1) - Padding;
    }

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape)
    {
        ViewGuard.Whole(parameters[0], -Padding, shape.Height + Padding - Height, "top");
        ViewGuard.Whole(parameters[1], -Padding, shape.Width + Padding - Width, "left");
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters) =>
        BoxCrop.Apply(images, parameters, Height, Width, Border);

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters) =>
        HostMaps.Crop(image, (int)parameters[0], (int)parameters[1], Height, Width, Border);
}
