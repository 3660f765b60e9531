using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views.Host;

/// <summary>Cuts a box of one size out of each image of a batch, each at its own place; pixels are copied, not computed.</summary>
internal static class BoxCrop
{
    /// <param name="images">[B, C, H, W].</param>
    /// <param name="corners">Top and left of each image's box.</param>
    /// <param name="height">The boxes' height.</param>
    /// <param name="width">The boxes' width.</param>
    /// <param name="border">What of a box lies outside the image.</param>
    public static Tensor Apply(Tensor images, DrawnParameters corners, int height, int width, BorderMode border)
    {
        using var scope = NewDisposeScope();
        var (count, channels, sourceHeight, sourceWidth) = (images.shape[0], images.shape[1], (int)images.shape[2], (int)images.shape[3]);
        var (rows, rowsInside) = Places(corners, 0, height, sourceHeight);
        var (columns, columnsInside) = Places(corners, 1, width, sourceWidth);
        var boxes = images
            .gather(2, OnDevice(rows, height).view(count, 1, height, 1).expand(count, channels, height, sourceWidth))
            .gather(3, OnDevice(columns, width).view(count, 1, 1, width).expand(count, channels, height, width));
        if (border == BorderMode.Zero && (rowsInside.Contains(false) || columnsInside.Contains(false)))
        {
            var inside = tensor(rowsInside, [count, 1, height, 1], device: images.device)
                .logical_and(tensor(columnsInside, [count, 1, 1, width], device: images.device));
            boxes = boxes.mul(inside);
        }

        return boxes.MoveToOuterDisposeScope();

        Tensor OnDevice(long[] places, int length) => tensor(places, [count, length], device: images.device);
    }

    // Of each output row or column, where it comes from, and whether that is inside the image or mirrored into it.
    private static (long[] Places, bool[] Inside) Places(DrawnParameters corners, int axis, int outputs, int length)
    {
        var (places, inside) = (new long[corners.Count * outputs], new bool[corners.Count * outputs]);
        for (var i = 0; i < places.Length; i++)
        {
            var at = (int)corners[i / outputs][axis] + (i % outputs);
            (places[i], inside[i]) = (Resampling.Mirrored(at, length), at >= 0 && at < length);
        }

        return (places, inside);
    }
}
