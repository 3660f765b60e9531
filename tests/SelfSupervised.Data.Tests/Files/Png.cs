using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace SelfSupervised.Data.Tests.Files;

/// <summary>Makes PNG files by the format's own rules.</summary>
internal static class Png
{
    public const byte Grey = 0;
    public const byte Rgb = 2;
    public const byte Palette = 3;
    public const byte GreyAlpha = 4;
    public const byte RgbAlpha = 6;

    /// <summary>An image of rows that are filtered by nothing.</summary>
    /// <param name="width">W, as the header says it.</param>
    /// <param name="height">H, as the header says it.</param>
    /// <param name="type">The type of colour.</param>
    /// <param name="bits">The bits of a value.</param>
    /// <param name="values">H rows of bytes, as they are stored.</param>
    /// <param name="palette">For each colour of a palette three bytes.</param>
    /// <param name="transparency">For each colour of a palette its alpha.</param>
    public static byte[] Make(
        int width, int height, byte type, byte bits, byte[] values, byte[]? palette = null, byte[]? transparency = null)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (bits, type);
        return [
            0x89, .. "PNG\r\n"u8, 0x1A, (byte)'\n',
            .. Chunk("IHDR", header),
            .. palette is null ? [] : Chunk("PLTE", palette),
            .. transparency is null ? [] : Chunk("tRNS", transparency),
            .. Chunk("IDAT", Compressed(values, values.Length / height)),
            .. Chunk("IEND", [])];
    }

    /// <summary>One colour everywhere.</summary>
    public static byte[] Plain(int width, int height, byte red, byte green, byte blue) =>
        Make(width, height, Rgb, 8, [.. Enumerable.Range(0, width * height).SelectMany(_ => new[] { red, green, blue })]);

    private static byte[] Compressed(byte[] values, int row)
    {
        var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal))
        {
            for (var start = 0; row > 0 && start < values.Length; start += row)
            {
                zlib.WriteByte(0);
                zlib.Write(values, start, row);
            }
        }

        return compressed.ToArray();
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        var chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
