using SelfSupervised.Core;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Tests.Files;

/// <summary>What the pixels of one file become.</summary>
public sealed class ImageDecodingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [VipsTheory]
    [InlineData("photo", 16, 24)]
    [InlineData("progressive", 16, 24)]
    [InlineData("grey", 16, 24)]
    [InlineData("turned2", 16, 24)]
    [InlineData("turned3", 16, 24)]
    [InlineData("turned4", 16, 24)]
    [InlineData("turned5", 24, 16)]
    [InlineData("turned6", 24, 16)]
    [InlineData("turned7", 24, 16)]
    [InlineData("turned8", 24, 16)]
    public void Read_Jpeg_IsWhatPillowReads(string name, int height, int width)
    {
        Copy(name);
        foreach (var fit in new[] { ImageFit.Exact, ImageFit.CentreCrop })
        {
            var read = Read(new ImageShape(3, height, width), fit);
            var expected = Expected(name);
            Difference(read, expected.Shape.Channels == 3 ? Bytes(expected) : Repeat(Bytes(expected))).Should().BeLessThanOrEqualTo(2);
        }
    }

    [VipsFact]
    public void Read_ColourAsGrey_IsPillowsLuma()
    {
        Copy("photo");
        Difference(Read(new ImageShape(1, 16, 24)), Bytes(Expected("photo-grey"))).Should().BeLessThanOrEqualTo(2);
    }

    [VipsFact]
    public void Read_LargeJpeg_IsCloseToPillowsLanczos()
    {
        // libvips begins with a quarter of the size, which the JPEG gives for less: nearly the same, not the same.
        Copy("large");
        var (read, expected) = (Read(new ImageShape(3, 24, 32)), Bytes(Expected("large-fit")));
        read.Zip(expected, (a, b) => Math.Abs(a - b)).Average().Should().BeLessThan(2);
    }

    [VipsFact]
    public void Read_Cmyk_IsConverted()
    {
        // By libvips' CMYK profile, not by Pillow's formula: white is white, and the colours are near.
        Copy("cmyk");
        var (read, expected) = (Read(new ImageShape(3, 16, 24)), Bytes(Expected("cmyk")));
        read[0].Should().BeGreaterThan(250);
        read.Zip(expected, (a, b) => Math.Abs(a - b)).Average().Should().BeLessThan(50);
    }

    [VipsTheory]
    [InlineData(Png.Grey, 8, new byte[] { 10, 200 }, new byte[] { 10, 200, 10, 200, 10, 200 })]
    [InlineData(Png.Grey, 1, new byte[] { 0b0100_0000 }, new byte[] { 0, 255, 0, 255, 0, 255 })]
    [InlineData(Png.Grey, 16, new byte[] { 10, 10, 200, 200 }, new byte[] { 10, 200, 10, 200, 10, 200 })]
    [InlineData(Png.GreyAlpha, 8, new byte[] { 100, 255, 100, 51 }, new byte[] { 100, 20, 100, 20, 100, 20 })]
    [InlineData(Png.Rgb, 8, new byte[] { 1, 2, 3, 4, 5, 6 }, new byte[] { 1, 4, 2, 5, 3, 6 })]
    [InlineData(Png.Rgb, 16, new byte[] { 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6 }, new byte[] { 1, 4, 2, 5, 3, 6 })]
    [InlineData(Png.RgbAlpha, 8, new byte[] { 1, 2, 3, 255, 40, 50, 60, 51 }, new byte[] { 1, 8, 2, 10, 3, 12 })]
    [InlineData(Png.RgbAlpha, 8, new byte[] { 1, 2, 3, 0, 40, 50, 60, 0 }, new byte[] { 0, 0, 0, 0, 0, 0 })]
    public void Read_AnyPng_BecomesEightBitColour(byte type, byte bits, byte[] stored, byte[] expected)
    {
        _folder.Write("image.png", Png.Make(2, 1, type, bits, stored));
        Read(new ImageShape(3, 1, 2), ImageFit.Exact).Should().Equal(expected);
    }

    [VipsTheory]
    [InlineData(null, new byte[] { 9, 255, 8, 0, 7, 0 })]
    [InlineData(new byte[] { 51, 255 }, new byte[] { 9, 51, 8, 0, 7, 0 })]
    public void Read_Palette_BecomesItsColours(byte[]? alpha, byte[] expected)
    {
        _folder.Write("image.png", Png.Make(2, 1, Png.Palette, 8, [1, 0], palette: [255, 0, 0, 9, 8, 7], alpha));
        Read(new ImageShape(3, 1, 2)).Should().Equal(expected);
    }

    [VipsFact]
    public void Read_GreyAsGrey_IsUnchanged()
    {
        byte[] ramp = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];
        _folder.Write("image.png", Png.Make(16, 16, Png.Grey, 8, ramp));
        Read(new ImageShape(1, 16, 16)).Should().Equal(ramp);
    }

    [VipsTheory]
    [InlineData(90, 30)]
    [InlineData(30, 90)]
    [InlineData(9, 3)]
    public void Read_OtherProportions_KeepsTheCentre(int width, int height)
    {
        // Green in the middle square; red before, blue after it.
        var side = Math.Min(width, height);
        var pixels = new byte[width * height * 3];
        for (var i = 0; i < width * height; i++)
        {
            pixels[(3 * i) + (width > height ? i % width / side : i / width / side) switch { 0 => 0, 1 => 1, _ => 2 }] = 255;
        }

        _folder.Write("image.png", Png.Make(width, height, Png.Rgb, 8, pixels));
        var read = Read(new ImageShape(3, 10, 10));
        var inside = Enumerable.Range(0, 100).Where(i => i / 10 is > 1 and < 8 && i % 10 is > 1 and < 8).ToArray();
        inside.Select(i => (read[i], read[100 + i], read[200 + i])).Should().OnlyContain(pixel => pixel.Item1 < 12 && pixel.Item2 > 243 && pixel.Item3 < 12);
    }

    [VipsFact]
    public void Read_Exact_OtherSizeThrows()
    {
        Copy("turned6");
        FluentActions.Invoking(() => Read(new ImageShape(3, 16, 24), ImageFit.Exact)).Should().ThrowExactly<DataFileException>()
            .WithMessage($"Expected {_folder.File("turned6.jpg")} to be 24 x 16 pixels, but it is 16 x 24.");
    }

    private byte[] Read(ImageShape shape, ImageFit fit = ImageFit.CentreCrop)
    {
        var image = new byte[shape.Size];
        new ImageFolder(_folder.Path, shape, fit).Read(0, image);
        return image;
    }

    private void Copy(string name) => _folder.Write($"{name}.jpg", File.ReadAllBytes(FixtureFile($"{name}.jpg")));

    private static MemoryImageSet Expected(string name) => NumPy.ReadNpz(FixtureFile("images.npz"), name, ImageLayout.Nhwc);

    private static byte[] Bytes(MemoryImageSet set) => set.Bytes(0).ToArray();

    private static byte[] Repeat(byte[] grey) => [.. grey, .. grey, .. grey];

    private static int Difference(byte[] a, byte[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max();

    private static string FixtureFile(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);
}
