using System.Buffers.Binary;
using SelfSupervised.Core;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Tests.Files;

/// <summary>Files that are not what they should be: an error by name, or left out by request.</summary>
public sealed class DamagedImageTests : IDisposable
{
    private static readonly ImageShape _shape = new(3, 16, 24);
    private static readonly byte[] _photo = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "photo.jpg"));
    private static readonly byte[] _progressive = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "progressive.jpg"));
    private static readonly byte[] _png = Png.Make(24, 16, Png.Rgb, 8, [.. Enumerable.Range(0, 24 * 16 * 3).Select(i => (byte)(i * i))]);
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<byte[], int> Whole => new()
    {
        { _photo, 24 }, { _photo, 12 }, { _progressive, 24 }, { _progressive, 12 }, { _png, 24 }, { _png, 12 },
    };

    public void Dispose() => _folder.Dispose();

    [VipsTheory]
    [MemberData(nameof(Whole))]
    public void Read_TruncatedAnywhere_ThrowsOrLosesNothing(byte[] file, int width)
    {
        var shape = new ImageShape(3, 16, width);
        _folder.Write("image.jpg", file);
        var set = new ImageFolder(_folder.Path, shape);
        var (whole, read) = (new byte[shape.Size], new byte[shape.Size]);
        set.Read(0, whole);
        for (var length = 0; length < file.Length; length++)
        {
            _folder.Write("image.jpg", file[..length]);
            try
            {
                set.Read(0, read);
            }
            catch (DataFileException error)
            {
                error.File.Should().Be(_folder.File("image.jpg"));
                continue;
            }

            // What comes after the last pixel may be missing.
            length.Should().BeGreaterThan(file.Length - 40);
            read.Should().Equal(whole);
        }
    }

    [VipsFact]
    public void Read_Truncated_SaysWhatLibvipsSays() =>
        ErrorOf("photo.jpg", _photo[..(_photo.Length / 2)]).Should()
            .StartWith($"Expected {_folder.File("photo.jpg")} to be a whole JPEG or PNG image, but it can't be decoded: ").And.Contain("VipsJpeg");

    [VipsFact]
    public void Read_PngWithAWrongByte_Throws()
    {
        // In the compressed rows.
        byte[] file = [.. _png];
        file[^30] ^= 0x10;
        ErrorOf("image.png", file).Should().Contain("can't be decoded");
    }

    [VipsFact]
    public void Read_PngWithAWrongChecksum_ThrowsOrLosesNothing()
    {
        // libvips over libpng reads the checksum of the rows; over libspng it stops at the last row.
        _folder.Write("image.png", _png);
        var set = new ImageFolder(_folder.Path, _shape);
        var (whole, read) = (new byte[_shape.Size], new byte[_shape.Size]);
        set.Read(0, whole);
        byte[] file = [.. _png];
        file[^14] ^= 0x10;
        _folder.Write("image.png", file);
        try
        {
            set.Read(0, read);
        }
        catch (DataFileException error)
        {
            error.Message.Should().Contain("can't be decoded");
            return;
        }

        read.Should().Equal(whole);
    }

    [VipsTheory]
    [InlineData("", "is empty")]
    [InlineData("GIF89a, or so", "begins with 4749463839612C20")]
    [InlineData("<svg/>", "begins with 3C7376672F3E")]
    public void Read_OtherFormat_IsNotEvenTried(string content, string found) =>
        ErrorOf("image.png", [.. content.Select(c => (byte)c)]).Should()
            .Be($"Expected {_folder.File("image.png")} to be a JPEG or PNG image, but it {found}.");

    [VipsFact]
    public void Read_HugePng_IsRefusedByItsHeader() =>
        ErrorOf("bomb.png", Png.Make(100_000, 50_000, Png.Rgb, 8, [])).Should()
            .Be($"Expected {_folder.File("bomb.png")} to have at most 134217728 pixels, but it has 100000 x 50000.");

    [VipsFact]
    public void Read_HugeJpeg_IsRefusedByItsHeader()
    {
        byte[] file = [.. _photo];
        var header = file.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(header + 5), 60_000);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(header + 7), 50_000);
        ErrorOf("bomb.jpg", file).Should().EndWith("to have at most 134217728 pixels, but it has 50000 x 60000.");
    }

    [VipsFact]
    public void Read_EndlesslyTall_IsRefused() =>
        ErrorOf("thread.png", Png.Make(1, 4_000_000, Png.Rgb, 8, [])).Should()
            .EndWith("thread.png to cover 24 x 16 with sides up to 10000000, but it is 1 x 4000000.");

    [VipsTheory]
    [InlineData(383, false)]
    [InlineData(384, true)]
    public void Read_MaxPixels_IsTheMostThatIsRead(long maxPixels, bool isRead)
    {
        _folder.Write("photo.jpg", _photo);
        var read = FluentActions.Invoking(() => new ImageFolder(_folder.Path, _shape, maxPixels: maxPixels).Read(0, new byte[_shape.Size]));
        _ = isRead ? read.Should().NotThrow() : (object)read.Should().ThrowExactly<DataFileException>();
    }

    [VipsFact]
    public void Constructor_SkipDamaged_LeavesThemOutAndSaysWhy()
    {
        _folder.Write("cat/1.jpg", _photo);
        _folder.Write("cat/2.jpg", _photo[..200]);
        _folder.Write("cat/3.png", [1, 2, 3]);
        _folder.Write("dog/1.jpg", [1, 2, 3, 4]);
        _folder.Write("eel/1.jpg", _photo);
        var set = new ImageFolder(_folder.Path, _shape, skipDamaged: true);

        set.Files.Should().Equal("cat/1.jpg", "eel/1.jpg");
        set.Labels!.ValueNames.Should().Equal("cat", "dog", "eel");
        set.Labels.Values.ToArray().Should().Equal(0, 2);
        set.Skipped.Select(error => error.File).Should().Equal(
            Path.Combine(_folder.Path, "cat/2.jpg"), Path.Combine(_folder.Path, "cat/3.png"), Path.Combine(_folder.Path, "dog/1.jpg"));
        set.Skipped[0].Message.Should().Contain("can't be decoded");
        set.Skipped[1].Message.Should().Contain("begins with 010203");
        var memory = set.ToMemory();
        memory.Bytes(0).ToArray().Should().Equal(memory.Bytes(1).ToArray());
    }

    [VipsFact]
    public void Constructor_SkipDamagedManyAtOnce_GivesEachItsOwnReason()
    {
        // libvips has one buffer of messages for all threads.
        for (var i = 0; i < 60; i++)
        {
            var (name, file) = i % 3 == 0 ? ("jpg", _photo) : i % 3 == 1 ? ("jpg", _photo[..^50]) : ("png", _png[..^50]);
            _folder.Write($"{i:00}.{name}", file);
        }

        var set = new ImageFolder(_folder.Path, _shape, skipDamaged: true);
        set.Count.Should().Be(20);
        foreach (var error in set.Skipped)
        {
            error.Message.Contains("VipsJpeg", StringComparison.Ordinal).Should().Be(error.File.EndsWith("jpg", StringComparison.Ordinal));
        }
    }

    [VipsFact]
    public void Constructor_NothingDamaged_SkipsNothing()
    {
        _folder.Write("photo.jpg", _photo);
        new ImageFolder(_folder.Path, _shape, skipDamaged: true).Skipped.Should().BeEmpty();
    }

    [VipsFact]
    public void Constructor_AllDamaged_Throws()
    {
        _folder.Write("a.jpg", [1]);
        _folder.Write("b.jpg", [2]);
        FluentActions.Invoking(() => new ImageFolder(_folder.Path, _shape, skipDamaged: true)).Should().ThrowExactly<DataFileException>()
            .WithMessage($"Expected {_folder.Path} to hold a whole image, but it holds 2 damaged ones only.")
            .WithInnerException<DataFileException>().WithMessage("*a.jpg*");
    }

    [VipsFact]
    public void Read_GoodAndBad_LeavesNothingInLibvips()
    {
        _folder.Write("1.jpg", _photo);
        _folder.Write("2.jpg", _photo[..300]);
        _folder.Write("3.png", _png);
        _folder.Write("4.png", _png[..^100]);
        _folder.Write("5.png", Png.Make(100_000, 50_000, Png.Rgb, 8, []));
        _folder.Write("6.jpg", File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "turned6.jpg")));
        ImageFolder[] sets = [new(_folder.Path, _shape), new(_folder.Path, new ImageShape(1, 5, 5))];
        for (var i = 0; i < 20; i++)
        {
            ReadAll(sets);
        }

        // To turn an image, libvips takes a thread, which frees its buffers a moment later.
        SpinWait.SpinUntil(() => VipsState.Allocations == 0, TimeSpan.FromSeconds(10));
        (VipsState.Allocations, VipsState.Objects).Should().Be((0, 0));
    }

    private static void ReadAll(ImageFolder[] sets)
    {
        foreach (var set in sets)
        {
            var image = new byte[set.Shape.Size];
            for (var i = 0; i < set.Count; i++)
            {
                try
                {
                    set.Read(i, image);
                }
                catch (DataFileException)
                {
                    // The second, the fourth and the fifth are damaged.
                }
            }
        }
    }

    private string ErrorOf(string name, byte[] file)
    {
        _folder.Write(name, file);
        var set = new ImageFolder(_folder.Path, _shape);
        return FluentActions.Invoking(() => set.Read(0, new byte[_shape.Size])).Should().ThrowExactly<DataFileException>().Which.Message;
    }
}
