using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Cuts out the middle; nothing is drawn.</summary>
/// <remarks>The corner is at (round((H − h)/2), round((W − w)/2)), halves to the even number.</remarks>
public sealed class CenterCrop : ViewOperator, IHostKernel
{
    /// <summary>Creates the operator.</summary>
    /// <param name="height">h, the height of the views in pixels, at least 1.</param>
    /// <param name="width">w, their width in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public CenterCrop(int height, int width)
        : base(probability: 1)
    {
        ModuleGuard.AtLeast(height, 1, nameof(height));
        ModuleGuard.AtLeast(width, 1, nameof(width));
        (Height, Width) = (height, width);
    }

    /// <summary>The height of the views in pixels.</summary>
    public int Height { get; }

    /// <summary>The width of the views in pixels.</summary>
    public int Width { get; }

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => input.Height < Height || input.Width < Width
        ? throw new ArgumentException($"{Name} cuts out {Height} by {Width} pixels, but got the shape {input}.")
        : new ImageShape(input.Channels, Height, Width);

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        var shape = images.shape;
        using var scope = NewDisposeScope();
        return images.narrow(2, Offset((int)shape[2], Height), Height).narrow(3, Offset((int)shape[3], Width), Width)
            .contiguous().MoveToOuterDisposeScope();
    }

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters) =>
        HostMaps.Crop(image, Offset(image.Height, Height), Offset(image.Width, Width), Height, Width, BorderMode.Zero);

    private static int Offset(int length, int part) => (int)Math.Round((length - part) / 2.0);
}
