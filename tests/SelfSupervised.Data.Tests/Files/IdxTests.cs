using System.IO.Compression;
using SelfSupervised.Core;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Tests.Files;

public sealed class IdxTests : IDisposable
{
    private static readonly byte[] _images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16];
    private static readonly byte[] _labels = [0, 0, 8, 1, 0, 0, 0, 2, 4, 0];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_ImagesAndLabels_AreRead(bool gzipped)
    {
        var set = Idx.Read(Write("images", _images, gzipped), Write("labels", _labels, gzipped));
        (set.Count, set.Shape).Should().Be((2, new ImageShape(1, 2, 3)));
        set.Bytes(0).ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
        set.Bytes(1).ToArray().Should().Equal(11, 12, 13, 14, 15, 16);
        set.Labels!.Values.ToArray().Should().Equal(4, 0);
        (set.Labels.Cardinality, set.Labels.ValueNames, set.Labels.NameOf(4)).Should().Be((5, null, "4"));
    }

    [Fact]
    public void Read_NoLabels_AreNone() => Idx.Read(Write("images", _images)).Labels.Should().BeNull();

    [Fact]
    public void Read_ClassNames_NameTheLabels()
    {
        var set = Idx.Read(Write("images", _images), Write("labels", _labels), ["a", "b", "c", "d", "e", "f"]);
        (set.Labels!.Cardinality, set.Labels.NameOf(4)).Should().Be((6, "e"));
    }

    [Fact]
    public void Read_LabelWithoutName_Throws()
    {
        var file = Write("labels", _labels);
        FileError.Of(() => Idx.Read(Write("images", _images), file, ["a", "b"])).Should()
            .Be($"Expected {file} to hold labels from 0 to 1, but it says 4 for image 0.");
    }

    [Fact]
    public void Read_OtherNumberOfLabels_Throws()
    {
        var file = Write("labels", [0, 0, 8, 1, 0, 0, 0, 3, 4, 0, 1]);
        FileError.Of(() => Idx.Read(Write("images", _images), file)).Should()
            .Be($"Expected {file} to hold 2 labels like the images' file, but it says it holds 3.");
    }

    [Theory]
    [InlineData(3, 1, "00000801")]
    [InlineData(2, 0x0D, "00000D03")]
    [InlineData(0, 0x89, "89000803")]
    public void Read_OtherHeader_Throws(int at, byte value, string found)
    {
        var bytes = _images.ToArray();
        bytes[at] = value;
        var file = Write("images", bytes);
        FileError.Of(() => Idx.Read(file)).Should()
            .Be($"Expected {file} to begin with the IDX header of bytes in 3 dimensions, 00 00 08 03, but it begins with {found}.");
    }

    [Fact]
    public void Read_TruncatedHeader_Throws()
    {
        var file = Write("images", _images[..10]);
        FileError.Of(() => Idx.Read(file)).Should().EndWith("00 00 08 03, but it ends after 10 bytes.");
    }

    [Fact]
    public void Read_EmptyFile_Throws() => FileError.Of(() => Idx.Read(Write("images", []))).Should().EndWith("but it ends after 0 bytes.");

    [Theory]
    [InlineData(false, 27, "has 27 bytes")]
    [InlineData(false, 29, "has 29 bytes")]
    [InlineData(true, 27, "ends after 27 bytes")]
    [InlineData(true, 29, "goes on after that")]
    public void Read_OtherSize_Throws(bool gzipped, int length, string found)
    {
        var file = Write("images", [.. _images.Append((byte)1).Take(length)], gzipped);
        FileError.Of(() => Idx.Read(file)).Should()
            .Be($"Expected {file} to hold 2 images of 6 bytes, 28 bytes in all, but it {found}.");
    }

    [Theory]
    [InlineData(4, "[2147483650, 2, 3]")]
    [InlineData(8, "[2, 2147483650, 3]")]
    public void Read_HugeSize_ThrowsBeforeReading(int at, string found)
    {
        var bytes = _images.ToArray();
        bytes[at] = 128;
        var file = Write("images", bytes, gzipped: true);
        FileError.Of(() => Idx.Read(file)).Should().Be(
            $"Expected {file} to hold images [N, H, W], each size at least 1, and no image above 1 GiB, but it has the shape {found}.");
    }

    [Fact]
    public void Read_NoImages_Throws()
    {
        FileError.Of(() => Idx.Read(Write("images", [.. _images[..7], 0, .. _images[8..16]]))).Should().EndWith("shape [0, 2, 3].");
    }

    [Fact]
    public void Read_ClaimsMoreThanItHolds_CostsNoMoreThanItHolds()
    {
        // 2³¹−1 images of 784 bytes, said by a gzip file of a few bytes.
        var file = Write("images", [0, 0, 8, 3, 127, 255, 255, 255, 0, 0, 0, 28, 0, 0, 0, 28, 1, 2], gzipped: true);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        FileError.Of(() => Idx.Read(file)).Should().EndWith("but it ends after 18 bytes.");
        (GC.GetTotalAllocatedBytes(precise: true) - before).Should().BeLessThan(100 << 20);
    }

    [Fact]
    public void Read_DamagedGzip_Throws()
    {
        var bytes = File.ReadAllBytes(Write("images", _images, gzipped: true));
        bytes[10] = 0xFF;
        FileError.Of(() => Idx.Read(Write("images", bytes))).Should().Contain("can't be unpacked");
    }

    private string Write(string name, byte[] bytes, bool gzipped = false)
    {
        if (!gzipped)
        {
            return _folder.Write(name, bytes);
        }

        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return _folder.Write(name + ".gz", memory.ToArray());
    }
}
