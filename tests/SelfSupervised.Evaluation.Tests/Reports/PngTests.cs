using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SelfSupervised.Evaluation.Reports;

namespace SelfSupervised.Evaluation.Tests.Reports;

public sealed class PngTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(3, 1, 7)]
    [InlineData(1, 9, 2)]
    [InlineData(3, 32, 32)]
    public void Encode_Pixels_AreThoseThatAreDecoded(int channels, int height, int width)
    {
        var random = new Random(1);
        var noise = new byte[channels * height * width];
        random.NextBytes(noise);
        var smooth = noise.Select((value, i) => (byte)((i / width) + (i % width * 3) + (value % 3))).ToArray();
        foreach (var pixels in new[] { noise, smooth, new byte[noise.Length] })
        {
            Decode(Png.Encode(pixels, channels, height, width), channels, height, width).Should().Equal(pixels);
        }
    }

    [Fact]
    public void Encode_SmoothImage_IsFilteredAndSmall()
    {
        var pixels = Enumerable.Range(0, 3 * 32 * 32).Select(i => (byte)((5 * (i / 32 % 32)) + (3 * (i % 32)))).ToArray();
        Png.Encode(pixels, 3, 32, 32).Length.Should().BeLessThan(400);
    }

    [Fact]
    public void Encode_BadInput_Throws()
    {
        Example.Refuses(() => Png.Encode(new byte[8], 2, 2, 2), "Expected `channels` to be 1 or 3, but got 2.*");
        Example.Refuses(() => Png.Encode([], 1, 0, 2), "Expected `height` to be at least 1, but got 0.*");
        Example.Refuses(() => Png.Encode([], 1, 2, -1), "Expected `width` to be at least 1, but got -1.*");
        Example.Refuses(() => Png.Encode(new byte[11], 3, 2, 2), "Expected `pixels` to hold 12 bytes for shape [3, 2, 2], but got 11.*");
    }

    /// <summary>A decoder by the letter of the specification, of what the encoder may write; returns planes.</summary>
    internal static byte[] Decode(byte[] file, int channels, int height, int width)
    {
        file[..8].Should().Equal(137, 80, 78, 71, 13, 10, 26, 10);
        var chunks = Chunks(file[8..]).ToArray();
        chunks.Select(chunk => chunk.Name).Should().Equal("IHDR", "IDAT", "IEND");
        chunks[0].Data.Should().Equal([0, 0, 0, (byte)width, 0, 0, 0, (byte)height, 8, (byte)(channels == 3 ? 2 : 0), 0, 0, 0]);
        using var inflate = new ZLibStream(new MemoryStream(chunks[1].Data), CompressionMode.Decompress);
        using var data = new MemoryStream();
        inflate.CopyTo(data);
        data.Length.Should().Be(height * ((channels * width) + 1));
        return Planes(Unfilter(data.ToArray(), channels, height, channels * width), channels, height, width);
    }

    private static IEnumerable<(string Name, byte[] Data)> Chunks(byte[] rest)
    {
        while (rest.Length > 0)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            Crc(rest.AsSpan(4, length + 4)).Should().Be(BinaryPrimitives.ReadUInt32BigEndian(rest.AsSpan(8 + length)));
            yield return (Encoding.ASCII.GetString(rest, 4, 4), rest[8..(8 + length)]);
            rest = rest[(12 + length)..];
        }
    }

    // Bit by bit, without a table.
    private static uint Crc(ReadOnlySpan<byte> data)
    {
        var code = ~0u;
        foreach (var value in data)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var low = (code ^ (uint)(value >> bit)) & 1;
                code = (code >> 1) ^ (low * 0xEDB88320);
            }
        }

        return ~code;
    }

    private static byte[] Unfilter(byte[] data, int channels, int height, int stride)
    {
        var rows = new byte[height * stride];
        for (var i = 0; i < rows.Length; i++)
        {
            var (y, x) = (i / stride, i % stride);
            var a = x < channels ? 0 : rows[i - channels];
            var b = y == 0 ? 0 : rows[i - stride];
            var c = y == 0 || x < channels ? 0 : rows[i - stride - channels];
            var predicted = data[y * (stride + 1)] switch { 0 => 0, 1 => a, 2 => b, 3 => (a + b) / 2, 4 => Paeth(a, b, c), _ => throw new InvalidDataException() };
            rows[i] = (byte)(data[(y * (stride + 1)) + 1 + x] + predicted);
        }

        return rows;
    }

    private static int Paeth(int a, int b, int c) => new[] { a, b, c }.MinBy(one => Math.Abs(a + b - c - one));

    private static byte[] Planes(byte[] rows, int channels, int height, int width) => Enumerable.Range(0, rows.Length)
        .Select(i => rows[((i % (height * width)) * channels) + (i / (height * width))]).ToArray();
}
