using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Resizes to a given size, antialiased; nothing is drawn.</summary>
/// <remarks>
/// Output i of n takes the pixels j with weights k((j + ½ − c)/max(1, s)), c = (i + ½)·s, s the input's length over n, divided by
/// their sum; k is the kernel of <see cref="Views.Interpolation"/>. This is the resize of Pillow and of torchvision with antialias.
/// </remarks>
public sealed class Resize : ViewOperator, IHostKernel
{
    /// <summary>Creates the operator.</summary>
    /// <param name="height">The new height in pixels, at least 1.</param>
    /// <param name="width">The new width in pixels, at least 1.</param>
    /// <param name="interpolation">The kernel. Default: bilinear.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, or the kernel is undefined.</exception>
    public Resize(int height, int width, Interpolation interpolation = Interpolation.Bilinear)
        : base(probability: 1)
    {
        ModuleGuard.AtLeast(height, 1, nameof(height));
        ModuleGuard.AtLeast(width, 1, nameof(width));
        ViewGuard.Defined(interpolation, nameof(interpolation));
        (Height, Width, Interpolation) = (height, width, interpolation);
    }

    /// <summary>The new height in pixels.</summary>
    public int Height { get; }

    /// <summary>The new width in pixels.</summary>
    public int Width { get; }

    /// <summary>The kernel.</summary>
    public Interpolation Interpolation { get; }

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => new(input.Channels, Height, Width);

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters) =>
        BoxResize.Apply(
            images, [.. Enumerable.Repeat((0, 0, (int)images.shape[2], (int)images.shape[3]), parameters.Count)], Height, Width, Interpolation);

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters) =>
        BoxResize.Apply(image, (0, 0, image.Height, image.Width), Height, Width, Interpolation);
}
