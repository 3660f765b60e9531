using SelfSupervised.Core;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Tests.Files;

/// <summary>Against files that NumPy wrote; Fixtures/arrays.py says what is in them.</summary>
public sealed class NumPyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("nchw", ImageLayout.Nchw, 2)]
    [InlineData("nhwc", ImageLayout.Nhwc, 2)]
    [InlineData("nhw", ImageLayout.Nhw, 1)]
    [InlineData("version2", ImageLayout.Nchw, 2)]
    public void ReadNpy_EveryLayout_GivesTheSameImages(string name, ImageLayout layout, int channels) =>
        AssertImages(NumPy.ReadNpy(Fixture($"{name}.npy"), layout), channels);

    [Theory]
    [InlineData("u1")]
    [InlineData("i1")]
    [InlineData("u2")]
    [InlineData("big-i2")]
    [InlineData("i4")]
    [InlineData("big-u4")]
    [InlineData("i8")]
    [InlineData("big-i8")]
    [InlineData("u8")]
    public void ReadNpy_LabelsOfEveryType_AreRead(string type)
    {
        var set = NumPy.ReadNpy(Fixture("nchw.npy"), ImageLayout.Nchw, Fixture($"labels-{type}.npy"), ["a", "b", "c"]);
        set.Labels!.Values.ToArray().Should().Equal(2, 0, 1);
        set.Labels.NameOf(2).Should().Be("c");
    }

    [Theory]
    [InlineData("stored.npz", ImageLayout.Nchw)]
    [InlineData("compressed.npz", ImageLayout.Nhwc)]
    public void ReadNpz_ImagesAndLabels_AreRead(string file, ImageLayout layout)
    {
        var set = NumPy.ReadNpz(Fixture(file), "x", layout, "y");
        AssertImages(set, 2);
        set.Labels!.Values.ToArray().Should().Equal(2, 0, 1);
        set.Labels.Cardinality.Should().Be(3);
    }

    [Theory]
    [InlineData("labels-negative.npy", "says -1 for image 1, which is no class")]
    [InlineData("labels-float64.npy", "has the type f8 and the shape [3]")]
    [InlineData("labels-four.npy", "has the type i8 and the shape [4]")]
    [InlineData("nchw.npy", "has the type u1 and the shape [3, 2, 4, 5]")]
    public void ReadNpy_WrongLabels_Throws(string labels, string found) =>
        FileError.Of(() => NumPy.ReadNpy(Fixture("nchw.npy"), ImageLayout.Nchw, Fixture(labels))).Should()
            .StartWith($"Expected {Fixture(labels)} to hold 3 ").And.EndWith($", but it {found}.");

    [Theory]
    [InlineData("float32.npy", ImageLayout.Nchw, "hold bytes, NumPy's uint8, but it has the type f4.")]
    [InlineData("fortran.npy", ImageLayout.Nchw, "hold its values in C order (numpy.ascontiguousarray), but it holds them in Fortran order.")]
    [InlineData("nchw.npy", ImageLayout.Nhw, "hold images [N, H, W], each size at least 1, and no image above 1 GiB, but it has the shape [3, 2, 4, 5].")]
    [InlineData("nhw.npy", ImageLayout.Nhwc, "hold images [N, H, W, C], each size at least 1, and no image above 1 GiB, but it has the shape [3, 4, 5].")]
    public void ReadNpy_WrongImages_Throws(string file, ImageLayout layout, string message) =>
        FileError.Of(() => NumPy.ReadNpy(Fixture(file), layout)).Should().Be($"Expected {Fixture(file)} to {message}");

    [Fact]
    public void ReadNpy_StructuredType_Throws() =>
        FileError.Of(() => NumPy.ReadNpy(Fixture("structured.npy"), ImageLayout.Nhw)).Should().Contain("but it has the header {'descr': [");

    [Theory]
    [InlineData(-1, "has 247 bytes")]
    [InlineData(1, "has 249 bytes")]
    public void ReadNpy_OtherSize_Throws(int more, string found)
    {
        var bytes = File.ReadAllBytes(Fixture("nchw.npy"));
        var file = _folder.Write("x.npy", [.. bytes.Append((byte)0).Take(bytes.Length + more)]);
        FileError.Of(() => NumPy.ReadNpy(file, ImageLayout.Nchw)).Should()
            .Be($"Expected {file} to hold 3 images of 40 bytes, 248 bytes in all, but it {found}.");
    }

    [Theory]
    [InlineData(0, 0x50, "begins with 504E554D50590100")]
    [InlineData(6, 4, "says version 4.0")]
    public void ReadNpy_OtherHeader_Throws(int at, byte value, string found)
    {
        var bytes = File.ReadAllBytes(Fixture("nchw.npy"));
        bytes[at] = value;
        var file = _folder.Write("x.npy", bytes);
        FileError.Of(() => NumPy.ReadNpy(file, ImageLayout.Nchw)).Should()
            .Be($"Expected {file} to begin with a NumPy header of version 1 to 3, but it {found}.");
    }

    [Fact]
    public void ReadNpy_HugeHeader_ThrowsBeforeReading()
    {
        var file = _folder.Write("x.npy", [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 127, 0]);
        FileError.Of(() => NumPy.ReadNpy(file, ImageLayout.Nchw)).Should().EndWith("but it says its header has 2147483647 bytes, more than 65536.");
    }

    [Fact]
    public void ReadNpz_NoSuchArray_Throws() =>
        FileError.Of(() => NumPy.ReadNpz(Fixture("stored.npz"), "images", ImageLayout.Nchw)).Should()
            .Be($"Expected {Fixture("stored.npz")} to hold images.npy, but it holds x.npy, y.npy.");

    [Fact]
    public void ReadNpz_NoArchive_Throws() =>
        FileError.Of(() => NumPy.ReadNpz(Fixture("nchw.npy"), "x", ImageLayout.Nchw)).Should().Contain("be a zip archive with x.npy, but it can't be unpacked");

    [Fact]
    public void ReadNpy_UnknownLayout_Throws() =>
        FluentActions.Invoking(() => NumPy.ReadNpy(Fixture("nchw.npy"), (ImageLayout)7)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName("layout");

    [Fact]
    public void ReadNpy_NoFile_Throws() =>
        FluentActions.Invoking(() => NumPy.ReadNpy(_folder.File("x.npy"), ImageLayout.Nchw)).Should().Throw<FileNotFoundException>();

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    private static void AssertImages(MemoryImageSet set, int channels)
    {
        (set.Count, set.Shape).Should().Be((3, new ImageShape(channels, 4, 5)));
        for (var n = 0; n < 3; n++)
        {
            var expected =
                from c in Enumerable.Range(0, channels)
                from h in Enumerable.Range(0, 4)
                from w in Enumerable.Range(0, 5)
                select (byte)((101 * n) + (37 * c) + (11 * h) + (3 * w));
            set.Bytes(n).ToArray().Should().Equal(expected);
        }
    }
}
