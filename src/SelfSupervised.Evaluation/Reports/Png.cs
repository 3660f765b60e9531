using System.Buffers.Binary;
using System.IO.Compression;
using SelfSupervised.Evaluation.Internal;
using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>Writes PNG files of 8-bit grey or RGB images.</summary>
/// <remarks>
/// Each row is filtered as makes the sum of its bytes' sizes smallest, and all are deflated. ISO/IEC 15948; "Portable
/// Network Graphics (PNG) Specification", second edition, 2003.
/// </remarks>
public static class Png
{
    /// <summary>Encodes an image.</summary>
    /// <param name="pixels">[C, H, W], one plane after the other.</param>
    /// <param name="channels">C, 1 or 3.</param>
    /// <param name="height">H ≥ 1.</param>
    /// <param name="width">W ≥ 1.</param>
    /// <returns>The file's bytes.</returns>
    /// <exception cref="ArgumentException">There are not C·H·W pixels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The channels, the height or the width are out of range.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int channels, int height, int width)
    {
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, $"Expected `channels` to be 1 or 3, but got {channels}.");
        }

        Guard.AtLeast(height, 1, nameof(height));
        Guard.AtLeast(width, 1, nameof(width));
        if (pixels.Length != (long)channels * height * width)
        {
            throw new ArgumentException(
                $"Expected `pixels` to hold {(long)channels * height * width} bytes for shape [{channels}, {height}, {width}], but got {pixels.Length}.", nameof(pixels));
        }

        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1a, (byte)'\n']);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);

        // Depth, colour type; the only compression and filtering there is; not interlaced.
        (header[8], header[9]) = (8, (byte)(channels == 3 ? 2 : 0));
        Chunk(file, "IHDR"u8, header);
        Chunk(file, "IDAT"u8, Compress(pixels, channels, height, width));
        Chunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    private static byte[] Compress(ReadOnlySpan<byte> pixels, int channels, int height, int width)
    {
        using var data = new MemoryStream();
        using (var deflate = new ZLibStream(data, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var (above, row) = (new byte[channels * width], new byte[channels * width]);
            var filtered = new byte[1 + row.Length];
            for (var y = 0; y < height; y++)
            {
                for (var i = 0; i < row.Length; i++)
                {
                    row[i] = pixels[(((i % channels * height) + y) * width) + (i / channels)];
                }

                PngFilter.Apply(row, above, channels, filtered);
                deflate.Write(filtered);
                (above, row) = (row, above);
            }
        }

        return data.ToArray();
    }

    private static void Chunk(MemoryStream file, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(name);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.Of(name, data));
        file.Write(number);
    }
}
