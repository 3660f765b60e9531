using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views.Host;

/// <summary>Resizes a box of each image, in either executor.</summary>
internal static class BoxResize
{
    /// <summary>A box of each image of a batch, each its own, and left and right of some of them exchanged.</summary>
    public static Tensor Apply(
        Tensor images,
        IReadOnlyList<(int Top, int Left, int Height, int Width)> boxes,
        int height,
        int width,
        Interpolation interpolation,
        Func<int, bool>? flipped = null)
    {
        using var scope = NewDisposeScope();
        var (rows, columns) = (new TapTable(), new TapTable());
        rows.Start(boxes.Count, height, Resampling.ResizeTaps(interpolation, boxes.Max(box => box.Height), height));
        columns.Start(boxes.Count, width, Resampling.ResizeTaps(interpolation, boxes.Max(box => box.Width), width));
        for (var image = 0; image < boxes.Count; image++)
        {
            Resampling.Resize(rows, interpolation, boxes[image].Top, boxes[image].Height, image);
            Resampling.Resize(columns, interpolation, boxes[image].Left, boxes[image].Width, image);
            if (flipped?.Invoke(image) == true)
            {
                columns.Mirror(image);
            }
        }

        var resized = TapTable.Apply(images, rows, columns);
        return (interpolation == Interpolation.Bicubic ? resized.clamp_(Scalars.Zero, Scalars.One) : resized).MoveToOuterDisposeScope();
    }

    /// <summary>A box of one image.</summary>
    public static void Apply(
        HostImage image, (int Top, int Left, int Height, int Width) box, int height, int width, Interpolation interpolation)
    {
        image.Rows.Start(height, Resampling.ResizeTaps(interpolation, box.Height, height));
        image.Columns.Start(width, Resampling.ResizeTaps(interpolation, box.Width, width));
        image.Rows.Trim(Resampling.Resize(image.Rows, interpolation, box.Top, box.Height));
        image.Columns.Trim(Resampling.Resize(image.Columns, interpolation, 0, box.Width));
        HostResampler.Apply(image, box.Left, box.Width);
        if (interpolation == Interpolation.Bicubic)
        {
            for (var channel = 0; channel < image.Channels; channel++)
            {
                HostColors.Affine(image, channel, 1, 0, clip: true);
            }
        }
    }
}
