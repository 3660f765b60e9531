using System.Buffers;
using SelfSupervised.Core;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Internal;

/// <summary>Decodes JPEG and PNG files into images of one shape, on any number of threads.</summary>
internal sealed class ImageDecoder
{
    // libvips' limit, 10⁷.
    private const int LongestSide = 10_000_000;

    // All threads share libvips' messages. Who decodes enters as a reader; who wants to know what went wrong, alone.
    private static readonly ReaderWriterLockSlim _messages = new();

    private readonly ImageFit _fit;
    private readonly long _maxPixels;

    public ImageDecoder(ImageShape shape, ImageFit fit, long maxPixels)
    {
        if (shape.Channels is not (1 or 3) || (long)shape.Height * shape.Width > Array.MaxLength / 4)
        {
            throw new ArgumentException(
                $"Expected `shape` to have 1 or 3 channels and at most {Array.MaxLength / 4} pixels, but got {shape}.", nameof(shape));
        }

        if (!Enum.IsDefined(fit))
        {
            throw new ArgumentOutOfRangeException(nameof(fit), fit, $"Expected `fit` to be CentreCrop or Exact, but got {fit}.");
        }

        if (maxPixels < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(maxPixels), maxPixels, $"Expected `maxPixels` to be at least 1, but got {maxPixels}.");
        }

        VipsLibrary.Require();
        (Shape, _fit, _maxPixels) = (shape, fit, maxPixels);
    }

    public ImageShape Shape { get; }

    /// <summary>Decodes a file; if it isn't a whole image, throws a <see cref="DataFileException"/>.</summary>
    /// <param name="path">The file.</param>
    /// <param name="image">C·H·W bytes.</param>
    public void Decode(string path, Span<byte> image)
    {
        using var file = PooledFile.Read(path);
        _messages.EnterReadLock();
        try
        {
            Decode(path, file.Bytes, image);
            return;
        }
        catch (VipsException)
        {
            // Once more below, for the reason.
        }
        finally
        {
            _messages.ExitReadLock();
        }

        _messages.EnterWriteLock();
        try
        {
            VipsNative.TakeErrors();
            Decode(path, file.Bytes, image);
        }
        catch (VipsException error)
        {
            throw new DataFileException(path, "be a whole JPEG or PNG image", $"can't be decoded: {VipsNative.TakeErrors()}", error);
        }
        finally
        {
            _messages.ExitWriteLock();
        }
    }

    private unsafe void Decode(string path, ReadOnlySpan<byte> file, Span<byte> image)
    {
        var format = Format(path, file);
        fixed (byte* start = file)
        {
            using var whole = VipsImage.Load(format, (nint)start, file.Length);
            var (width, height) = Size(path, whole);
            if ((width, height) == (Shape.Width, Shape.Height) && whole.Orientation == 1 && whole.IsPlain)
            {
                Write(whole, image);
                return;
            }

            // The size that just covers the shape, at its proportions.
            var scale = Math.Max((double)Shape.Width / width, (double)Shape.Height / height);
            var (columns, rows) = (Math.Round(width * scale), Math.Round(height * scale));
            if (Math.Max(columns, rows) > LongestSide)
            {
                throw new DataFileException(path, $"cover {Shape.Width} x {Shape.Height} with sides up to {LongestSide}", $"is {width} x {height}");
            }

            // A JPEG can be decoded smaller for less; at least a halving is left to the better filter.
            var shrink = format != "jpeg" ? 1 : scale <= 1 / 16.0 ? 8 : scale <= 1 / 8.0 ? 4 : scale <= 1 / 4.0 ? 2 : 1;
            using var source = VipsImage.Load(format, (nint)start, file.Length, shrink);
            using var scaled = source.Scale((int)columns, (int)rows);
            Write(scaled, image);
        }
    }

    // Nothing is decoded but what the file's first bytes promise: libvips reads many formats, also some with a history.
    private static string Format(string path, ReadOnlySpan<byte> file) => file switch
    {
        [0xFF, 0xD8, 0xFF, ..] => "jpeg",
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, ..] => "png",
        [] => throw new DataFileException(path, "be a JPEG or PNG image", "is empty"),
        _ => throw new DataFileException(path, "be a JPEG or PNG image", $"begins with {Convert.ToHexString(file[..Math.Min(8, file.Length)])}"),
    };

    // By the header alone: no pixel has been decoded yet.
    private (int Width, int Height) Size(string path, VipsImage image)
    {
        var (width, height) = image.Orientation < 5 ? (image.Width, image.Height) : (image.Height, image.Width);
        if ((long)width * height > _maxPixels)
        {
            throw new DataFileException(path, $"have at most {_maxPixels} pixels", $"has {width} x {height}");
        }

        return _fit != ImageFit.Exact || (width, height) == (Shape.Width, Shape.Height)
            ? (width, height)
            : throw new DataFileException(path, $"be {Shape.Width} x {Shape.Height} pixels", $"is {width} x {height}");
    }

    // The centre, if it is larger.
    private void Write(VipsImage source, Span<byte> image)
    {
        var (left, top) = ((source.Width - Shape.Width) / 2, (source.Height - Shape.Height) / 2);
        if (!source.IsPlain || left < 0 || top < 0)
        {
            throw new InvalidOperationException(
                $"Expected libvips to give at least {Shape.Width} x {Shape.Height} pixels of 8 bits, but it gave {source.Description}.");
        }

        var length = Shape.Height * Shape.Width * source.Bands;
        var pixels = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            source.Read(left, top, Shape.Width, Shape.Height, pixels.AsSpan(0, length));
            Planes.Write(pixels.AsSpan(0, length), source.Bands, image, Shape.Channels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }
}
