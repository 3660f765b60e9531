using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SelfSupervised.Core.Views.Host;

/// <summary>What moves the pixels of a host image: crops, flips and turns.</summary>
internal static class HostMaps
{
    private const int Lanes = HostImage.Lanes;

    /// <summary>Cuts out a box; what of it lies outside the image is 0 or mirrored.</summary>
    public static void Crop(HostImage image, int top, int left, int height, int width, BorderMode border)
    {
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var from = image.Plane(channel);
            var to = image.OtherPlane(channel);
            for (var row = 0; row < height; row++)
            {
                var y = Inside(top + row, image.Height, border);
                var target = to.Slice(row * width, width);
                if (y < 0)
                {
                    target.Clear();
                }
                else if (left >= 0 && left + width <= image.Width)
                {
                    from.Slice((y * image.Width) + left, width).CopyTo(target);
                }
                else
                {
                    for (var column = 0; column < width; column++)
                    {
                        var x = Inside(left + column, image.Width, border);
                        target[column] = x < 0 ? 0 : from[(y * image.Width) + x];
                    }
                }
            }
        }

        image.Swap(height, width);
    }

    public static void FlipHorizontally(HostImage image)
    {
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var plane = image.Plane(channel);
            for (var row = 0; row < image.Height; row++)
            {
                plane.Slice(row * image.Width, image.Width).Reverse();
            }
        }
    }

    public static void FlipVertically(HostImage image)
    {
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var from = image.Plane(channel);
            var to = image.OtherPlane(channel);
            for (var row = 0; row < image.Height; row++)
            {
                from.Slice(row * image.Width, image.Width).CopyTo(to[((image.Height - 1 - row) * image.Width)..]);
            }
        }

        image.Swap(image.Height, image.Width);
    }

    /// <summary>Turns by quarters against the clock.</summary>
    public static void Turn(HostImage image, int quarters)
    {
        switch (quarters)
        {
            case 1:
                Transpose(image);
                FlipVertically(image);
                break;
            case 2:
                for (var channel = 0; channel < image.Channels; channel++)
                {
                    image.Plane(channel)[..image.Size].Reverse();
                }

                break;
            case 3:
                Transpose(image);
                FlipHorizontally(image);
                break;
        }
    }

    private static void Transpose(HostImage image)
    {
        var (height, width) = (image.Height, image.Width);
        var inTiles = HostTile.IsSupported && height >= Lanes && width >= Lanes;
        for (var channel = 0; channel < image.Channels; channel++)
        {
            ref var from = ref MemoryMarshal.GetReference(image.Plane(channel));
            ref var to = ref MemoryMarshal.GetReference(image.OtherPlane(channel));
            for (var row = 0; row < height; row += inTiles ? Lanes : 1)
            {
                for (var column = 0; column < width; column += inTiles ? Lanes : 1)
                {
                    if (inTiles)
                    {
                        // The last tile of either axis may overlap the one before.
                        var (top, left) = (Math.Min(row, height - Lanes), Math.Min(column, width - Lanes));
                        HostTile.Transpose(ref from, (nuint)((top * width) + left), (nuint)width, ref to, (nuint)((left * height) + top), (nuint)height);
                    }
                    else
                    {
                        Unsafe.Add(ref to, (column * height) + row) = Unsafe.Add(ref from, (row * width) + column);
                    }
                }
            }
        }

        image.Swap(width, height);
    }

    // The place within an axis, or -1 outside of it.
    private static int Inside(int at, int length, BorderMode border) =>
        at >= 0 && at < length ? at : border == BorderMode.Reflect ? Resampling.Mirrored(at, length) : -1;
}
