using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views.Host;

/// <summary>Where a box of each image is, for operators that fill one.</summary>
internal static class BoxFill
{
    /// <summary>Bool [B, 1, H, W]: true inside of each image's box, which may reach beyond the image.</summary>
    public static Tensor Mask(Tensor images, IReadOnlyList<(int Top, int Left, int Height, int Width)> boxes)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (images.shape[2], images.shape[3]);
        var rows = Places.UpTo(height, images.device).view(1, 1, height, 1);
        var columns = Places.UpTo(width, images.device).view(1, 1, 1, width);
        return Within(rows, box => (box.Top, box.Height)).logical_and(Within(columns, box => (box.Left, box.Width))).MoveToOuterDisposeScope();

        Tensor Within(Tensor places, Func<(int Top, int Left, int Height, int Width), (int From, int Length)> side)
        {
            var from = Column(boxes.Select(box => (long)side(box).From));
            var to = Column(boxes.Select(box => (long)side(box).From + side(box).Length));
            return places.ge(from).logical_and(places.lt(to));
        }

        Tensor Column(IEnumerable<long> values) => tensor(values.ToArray(), [boxes.Count, 1, 1, 1], device: images.device);
    }

    /// <summary>The part of a box within a host image, row by row.</summary>
    public static void Fill(HostImage image, int channel, (int Top, int Left, int Height, int Width) box, Func<float> value)
    {
        var (top, bottom) = (Math.Max(0, box.Top), Math.Min(image.Height, box.Top + box.Height));
        var (left, right) = (Math.Max(0, box.Left), Math.Min(image.Width, box.Left + box.Width));
        var plane = image.Plane(channel);
        for (var row = top; row < bottom; row++)
        {
            foreach (ref var pixel in plane[((row * image.Width) + left)..((row * image.Width) + right)])
            {
                pixel = value();
            }
        }
    }
}
