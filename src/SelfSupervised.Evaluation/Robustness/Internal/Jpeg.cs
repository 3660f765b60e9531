using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>
/// What is left of an image after JPEG of quality p₀: rounded to bytes, to luminance and chrominance, chrominance halved both
/// ways, blocks quantised, and back as libjpeg does it. The entropy coding, which loses nothing, is left out.
/// </summary>
internal sealed class Jpeg(double[] p) : ICorruptor
{
    private readonly JpegBlocks _luminance = new((int)p[0], chrominance: false);
    private readonly JpegBlocks _chrominance = new((int)p[0], chrominance: true);

    public void Apply(Canvas image, ref CounterRandom random)
    {
        var bytes = Enumerable.Range(0, image.Channels).Select(channel => Bytes(image.Plane(channel))).ToArray();
        if (image.Channels == 1)
        {
            _luminance.Apply(bytes[0], image.Height, image.Width);
            Store(bytes, image);
            return;
        }

        var (y, cb, cr) = Separate(bytes);
        _luminance.Apply(y, image.Height, image.Width);
        cb = Chrominance(cb, image.Height, image.Width);
        cr = Chrominance(cr, image.Height, image.Width);
        for (var i = 0; i < y.Length; i++)
        {
            bytes[0][i] = Byte(y[i] + (1.402 * (cr[i] - 128)));
            bytes[1][i] = Byte(y[i] - (0.344136286 * (cb[i] - 128)) - (0.714136286 * (cr[i] - 128)));
            bytes[2][i] = Byte(y[i] + (1.772 * (cb[i] - 128)));
        }

        Store(bytes, image);
    }

    private static int Byte(double value) => (int)Math.Clamp(Math.Floor(value + 0.5), 0, 255);

    // libjpeg rounds halves of chrominance down.
    private static int Chroma(double value) => (int)Math.Clamp(Math.Ceiling(value - 0.5), 0, 255);

    private static int[] Bytes(ReadOnlySpan<float> plane)
    {
        var bytes = new int[plane.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = Byte(255 * plane[i]);
        }

        return bytes;
    }

    private static void Store(int[][] bytes, Canvas image)
    {
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var plane = image.Plane(channel);
            for (var i = 0; i < plane.Length; i++)
            {
                plane[i] = bytes[channel][i] / 255f;
            }
        }
    }

    private static (int[] Y, int[] Cb, int[] Cr) Separate(int[][] rgb)
    {
        var (y, cb, cr) = (new int[rgb[0].Length], new int[rgb[0].Length], new int[rgb[0].Length]);
        for (var i = 0; i < y.Length; i++)
        {
            var (red, green, blue) = (rgb[0][i], rgb[1][i], rgb[2][i]);
            y[i] = Byte((0.299 * red) + (0.587 * green) + (0.114 * blue));
            cb[i] = Chroma((-0.168735892 * red) - (0.331264108 * green) + (0.5 * blue) + 128);
            cr[i] = Chroma((0.5 * red) - (0.418687589 * green) - (0.081312411 * blue) + 128);
        }

        return (y, cb, cr);
    }

    private int[] Chrominance(int[] samples, int height, int width)
    {
        var (rows, columns) = ((height + 1) / 2, (width + 1) / 2);

        // Whole blocks: to the right, the image's last column is repeated before it is halved.
        var stride = (columns + 7) / 8 * 8;
        var half = new int[rows * stride];
        for (var i = 0; i < half.Length; i++)
        {
            var (y, x) = (2 * (i / stride), Math.Min(2 * (i % stride), width - 1));
            var (below, right) = (Math.Min(y + 1, height - 1), Math.Min((2 * (i % stride)) + 1, width - 1));
            var sum = samples[(y * width) + x] + samples[(y * width) + right] + samples[(below * width) + x] + samples[(below * width) + right];

            // The rounding of halves goes down and up in turn.
            half[i] = (sum + 1 + (i % 2)) / 4;
        }

        _chrominance.Apply(half, rows, stride);
        return Enlarged(half, rows, columns, stride, height, width);
    }

    // Each sample weighs 3 beside 1 of its neighbour, in both directions; the last ones are their own neighbours.
    private static int[] Enlarged(int[] half, int rows, int columns, int stride, int height, int width)
    {
        var full = new int[height * width];
        for (var y = 0; y < height; y++)
        {
            var (near, far) = (y / 2 * stride, Math.Clamp((y / 2) + ((y % 2 * 2) - 1), 0, rows - 1) * stride);
            for (var x = 0; x < width; x++)
            {
                var (column, beside) = (x / 2, Math.Clamp((x / 2) + ((x % 2 * 2) - 1), 0, columns - 1));
                var (own, other) = ((3 * half[near + column]) + half[far + column], (3 * half[near + beside]) + half[far + beside]);
                full[(y * width) + x] = ((3 * own) + other + (x % 2 == 0 ? 8 : 7)) / 16;
            }
        }

        return full;
    }
}
