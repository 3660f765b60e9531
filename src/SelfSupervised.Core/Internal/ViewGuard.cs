using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Internal;

/// <summary>The checks at the door of views.</summary>
internal static class ViewGuard
{
    /// <summary>From 0 to 1.</summary>
    public static void Share(double value, string name)
    {
        if (value is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be from 0 to 1, but got {value}.");
        }
    }

    /// <summary>Finite and at least 0.</summary>
    public static void AtLeastZero(double value, string name)
    {
        if (!(value >= 0 && double.IsFinite(value)))
        {
            throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be finite and at least 0, but got {value}.");
        }
    }

    /// <summary>Two ends of a range, finite, above 0 and in their order.</summary>
    public static void PositiveRange((double Low, double High) range, string name)
    {
        if (!(range.Low > 0 && range.High >= range.Low && double.IsFinite(range.High)))
        {
            throw new ArgumentOutOfRangeException(
                name, range, $"Expected `{name}` to be two finite numbers above 0, the lower first, but got {range}.");
        }
    }

    /// <summary>An area range within an image.</summary>
    public static void AreaRange((double Low, double High) range, string name)
    {
        PositiveRange(range, name);
        Share(range.High, name);
    }

    /// <summary>Two ends of a range from 0 to 1, in their order.</summary>
    public static void ShareRange((double Low, double High) range, string name)
    {
        if (!(range.Low >= 0 && range.High >= range.Low && range.High <= 1))
        {
            throw new ArgumentOutOfRangeException(name, range, $"Expected `{name}` to be two numbers from 0 to 1, the lower first, but got {range}.");
        }
    }

    /// <summary>One finite number per channel, at least one.</summary>
    public static void PerChannel(IReadOnlyList<double> values, string name)
    {
        ArgumentNullException.ThrowIfNull(values, name);
        if (values.Count == 0 || !values.All(double.IsFinite))
        {
            throw new ArgumentException($"Expected `{name}` to be finite numbers, one per channel, but got [{string.Join(", ", values)}].", name);
        }
    }

    /// <summary>Images: [B, C, H, W], none of them 0, Float32 or Float64, or Byte where allowed.</summary>
    public static void Images(Tensor? images, string name, bool allowBytes = false)
    {
        Guard.Alive(images, name);
        var shape = images!.shape;
        if (shape.Length != 4 || shape.Contains(0))
        {
            throw new ArgumentException($"Expected `{name}` to have shape [B, C, H, W], none of them 0, but got {Guard.Text(shape)}.", name);
        }

        if (images.dtype is not (ScalarType.Float32 or ScalarType.Float64) && !(allowBytes && images.dtype == ScalarType.Byte))
        {
            throw new ArgumentException(
                $"Expected `{name}` to be {(allowBytes ? "Byte, " : string.Empty)}Float32 or Float64, but got {images.dtype}.", name);
        }
    }

    /// <summary>An operator that works on red, green and blue.</summary>
    public static ImageShape Rgb(ImageShape shape, ViewOperator operation) => shape.Channels == 3
        ? shape
        : throw new ArgumentException($"{operation.Name} works on images of 3 channels, but got the shape {shape}.");

    /// <summary>A place in something that has that many elements.</summary>
    public static void Place(int value, int count, string name)
    {
        if (value < 0 || value >= count)
        {
            throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be from 0 to {count - 1}, but got {value}.");
        }
    }

    /// <summary>The shape of each of the images, [B, C, H, W].</summary>
    public static ImageShape Shape(Tensor images)
    {
        var shape = images.shape;
        return new ImageShape(checked((int)shape[1]), checked((int)shape[2]), checked((int)shape[3]));
    }

    /// <summary>Images that a draw of the pipeline was made for.</summary>
    public static void Drawn(Tensor images, ViewDraw draw, ViewPipeline pipeline)
    {
        if (draw.Pipeline != pipeline)
        {
            throw new ArgumentException("Expected `draw` to be drawn for this pipeline, but it is another's.", nameof(draw));
        }

        var (count, shape) = (images.shape[0], Shape(images));
        if (count != draw.Count || shape != draw.Shape)
        {
            throw new ArgumentException(
                $"Expected `images` to be {draw.Count} of shape {draw.Shape}, as was drawn for, but got {count} of shape {shape}.", nameof(images));
        }
    }

    /// <summary>Two views of an image, each with a part to play.</summary>
    public static void Pair(IViews? views, string name, string roles)
    {
        ArgumentNullException.ThrowIfNull(views, name);
        if (views.Count != 2)
        {
            throw new ArgumentException($"Expected `{name}` to plan two views, {roles}, but it plans {views.Count}.", name);
        }
    }

    /// <summary>One number per image: [B], on the images' device.</summary>
    public static void PerImage(Tensor? values, string name, Tensor images, string imagesName)
    {
        Guard.Alive(values, name);
        var count = images.shape[0];
        if (!values!.shape.AsSpan().SequenceEqual([count]))
        {
            throw new ArgumentException(
                $"Expected `{name}` to have shape [{count}], one number for each of `{imagesName}`, but got {Guard.Text(values.shape)}.", name);
        }

        Guard.SameDevice(values, name, images, imagesName);
    }

    public static void Defined<T>(T value, string name)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value))
        {
            throw new ArgumentOutOfRangeException(
                name, value, $"Expected `{name}` to be {string.Join(" or ", Enum.GetNames<T>())}, but got {value}.");
        }
    }

    /// <summary>A drawn number that is whole and within both bounds.</summary>
    public static void Whole(float value, int smallest, int largest, string name)
    {
        if (!(value >= smallest && value <= largest && value == MathF.Floor(value)))
        {
            throw new ArgumentException($"Expected `{name}` to be a whole number from {smallest} to {largest}, but got {value}.");
        }
    }

    /// <summary>A drawn box, (top, left, height, width), within an image.</summary>
    public static void Box(ReadOnlySpan<float> box, ImageShape shape)
    {
        Whole(box[2], 1, shape.Height, "height");
        Whole(box[3], 1, shape.Width, "width");
        Whole(box[0], 0, shape.Height - (int)box[2], "top");
        Whole(box[1], 0, shape.Width - (int)box[3], "left");
    }

    /// <summary>A drawn number within both bounds.</summary>
    public static void Within(float value, double smallest, double largest, string name)
    {
        if (!(value >= smallest && value <= largest))
        {
            throw new ArgumentException($"Expected `{name}` to be from {smallest} to {largest}, but got {value}.");
        }
    }
}
