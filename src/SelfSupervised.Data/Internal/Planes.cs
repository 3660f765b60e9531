namespace SelfSupervised.Data.Internal;

/// <summary>Brings decoded pixels into [C, H, W].</summary>
internal static class Planes
{
    /// <summary>
    /// Writes one plane of grey or three of colour. Alpha is laid over black; colour becomes grey by Rec. 601's luma,
    /// 0.299 R + 0.587 G + 0.114 B, in the 16-bit arithmetic of Pillow.
    /// </summary>
    /// <param name="pixels">Pixel after pixel: grey, grey and alpha, RGB, or RGB and alpha.</param>
    /// <param name="bands">The bytes of a pixel, 1 to 4.</param>
    /// <param name="image">C·H·W bytes.</param>
    /// <param name="channels">C, 1 or 3.</param>
    public static void Write(ReadOnlySpan<byte> pixels, int bands, Span<byte> image, int channels)
    {
        var size = image.Length / channels;
        if (bands == channels)
        {
            Transposition.SwapLast(pixels, image, size, channels);
            return;
        }

        for (var i = 0; i < size; i++)
        {
            var pixel = pixels.Slice(i * bands, bands);
            var alpha = bands is 2 or 4 ? pixel[^1] : 255;
            var red = OverBlack(pixel[0], alpha);
            var (green, blue) = bands < 3 ? (red, red) : (OverBlack(pixel[1], alpha), OverBlack(pixel[2], alpha));
            if (channels == 1)
            {
                image[i] = (byte)(((19595 * red) + (38470 * green) + (7471 * blue) + 0x8000) >> 16);
            }
            else
            {
                (image[i], image[size + i], image[(2 * size) + i]) = ((byte)red, (byte)green, (byte)blue);
            }
        }
    }

    private static int OverBlack(int value, int alpha) => ((value * alpha) + 127) / 255;
}
