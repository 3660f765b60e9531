using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core;

/// <summary>The shape [C, H, W] of an image, or of every image of a set or batch.</summary>
public readonly record struct ImageShape
{
    /// <summary>Creates a shape.</summary>
    /// <param name="channels">C, at least 1.</param>
    /// <param name="height">H in pixels, at least 1.</param>
    /// <param name="width">W in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    /// <exception cref="ArgumentException">An image would have more than 1 GiB.</exception>
    public ImageShape(int channels, int height, int width)
    {
        ModuleGuard.AtLeast(channels, 1, nameof(channels));
        ModuleGuard.AtLeast(height, 1, nameof(height));
        ModuleGuard.AtLeast(width, 1, nameof(width));
        (Channels, Height, Width) = (channels, height, width);
        if ((Int128)channels * height * width > 1 << 30)
        {
            throw new ArgumentException($"Expected an image to have at most {1 << 30} values, but got the shape {this}.");
        }
    }

    /// <summary>C.</summary>
    public int Channels { get; }

    /// <summary>H, in pixels.</summary>
    public int Height { get; }

    /// <summary>W, in pixels.</summary>
    public int Width { get; }

    /// <summary>C·H·W: the values of one image, and its bytes.</summary>
    public int Size => Channels * Height * Width;

    /// <summary>[C, H, W].</summary>
    public override string ToString() => $"[{Channels}, {Height}, {Width}]";
}
