using SelfSupervised.Core;
using SelfSupervised.Data.Batching;
using SelfSupervised.Data.Files;
using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Tests.Files;

/// <summary>Which files are images, in which order, of which class.</summary>
public sealed class ImageFolderTests : IDisposable
{
    private static readonly ImageShape _shape = new(3, 8, 8);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [VipsFact]
    public void Constructor_Subfolders_AreClassesInOrdinalOrder()
    {
        Write("b/x.png", "b/deep/er/y.PNG", "a/2.png", "a/10.png", "a/Z.Jpg", "Z/1.jpeg", "ä/1.jpg");
        _folder.Write("a/notes.txt");
        _folder.Write("a/.hidden.png");
        _folder.Write(".git/x.png");
        _folder.Write("readme.md");
        var set = new ImageFolder(_folder.Path, _shape);

        set.Files.Should().Equal("Z/1.jpeg", "a/10.png", "a/2.png", "a/Z.Jpg", "b/deep/er/y.PNG", "b/x.png", "ä/1.jpg");
        set.Labels!.ValueNames.Should().Equal("Z", "a", "b", "ä");
        set.Labels.Values.ToArray().Should().Equal(0, 1, 1, 1, 2, 2, 3);
        (set.Count, set.Shape, set.Skipped.Count).Should().Be((7, _shape, 0));
    }

    [VipsFact]
    public void Constructor_NoSubfolders_HasNoLabels()
    {
        Write("2.png", "1.png", "10.png");
        Directory.CreateDirectory(_folder.File("empty"));
        var set = new ImageFolder(_folder.Path, _shape);
        set.Files.Should().Equal("1.png", "10.png", "2.png");
        set.Labels.Should().BeNull();
    }

    [VipsFact]
    public void Constructor_ImagesHereAndThere_Throws()
    {
        Write("top.png", "a/1.png");
        FileError.Of(() => new ImageFolder(_folder.Path, _shape)).Should()
            .Be($"Expected {_folder.Path} to hold images either in itself or in a subfolder for each class, but it holds top.png and a/1.png.");
    }

    [VipsFact]
    public void Constructor_ClassWithoutImages_Throws()
    {
        Write("a/1.png");
        _folder.Write("b/1.gif");
        FileError.Of(() => new ImageFolder(_folder.Path, _shape)).Should()
            .Be($"Expected {_folder.File("b")} to hold images (.jpg, .jpeg or .png), being a class, but it holds none.");
    }

    [VipsFact]
    public void Constructor_NoImages_Throws()
    {
        _folder.Write("1.gif");
        FileError.Of(() => new ImageFolder(_folder.Path, _shape)).Should()
            .Be($"Expected {_folder.Path} to hold images (.jpg, .jpeg or .png), but it holds none.");
    }

    [VipsFact]
    public void Constructor_NoFolder_Throws() =>
        FluentActions.Invoking(() => new ImageFolder(_folder.File("none"), _shape)).Should().Throw<DirectoryNotFoundException>()
            .WithMessage($"Expected `folder` to be a folder, but there is none at {_folder.File("none")}.");

    [VipsFact]
    public void Constructor_BadArguments_Throws()
    {
        FluentActions.Invoking(() => new ImageFolder("", _shape)).Should().Throw<ArgumentException>().WithParameterName("folder");
        FluentActions.Invoking(() => new ImageFolder(_folder.Path, new ImageShape(4, 8, 8))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `shape` to have 1 or 3 channels and at most * pixels, but got [4, 8, 8].*");
        FluentActions.Invoking(() => new ImageFolder(_folder.Path, default)).Should().Throw<ArgumentException>().WithParameterName("shape");
        FluentActions.Invoking(() => new ImageFolder(_folder.Path, new ImageShape(1, 32_000, 32_000))).Should().Throw<ArgumentException>()
            .WithMessage("*but got [1, 32000, 32000].*");
        FluentActions.Invoking(() => new ImageFolder(_folder.Path, _shape, (ImageFit)2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("fit");
        FluentActions.Invoking(() => new ImageFolder(_folder.Path, _shape, maxPixels: 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected `maxPixels` to be at least 1, but got 0.*");
    }

    [Fact]
    public void Load_MissingLibrary_SaysWhatToInstall() =>
        FluentActions.Invoking(() => VipsLibrary.Load("libvips-of-nowhere.so.42")).Should().Throw<DllNotFoundException>()
            .WithMessage("Expected libvips to be installed, which reads folders of images, but libvips-of-nowhere.so.42 can't be loaded.*apt-get install libvips42*");

    [VipsFact]
    public void Read_FileThatIsGone_SaysWhich()
    {
        Write("1.png");
        var set = new ImageFolder(_folder.Path, _shape);
        File.Delete(_folder.File("1.png"));
        FluentActions.Invoking(() => set.Read(0, new byte[_shape.Size])).Should().Throw<FileNotFoundException>().WithMessage("*1.png*");
    }

    [VipsFact]
    public void Read_FromManyThreads_GivesTheSameBytes()
    {
        var set = Numbered(40);
        var expected = Enumerable.Range(0, 40).Select(i => Read(set, i)).ToArray();
        Parallel.For(0, 2_000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i => Read(set, i * 7 % 40).Should().Equal(expected[i * 7 % 40]));
        var memory = set.ToMemory();
        Enumerable.Range(0, 40).Select(i => memory.Bytes(i).ToArray()).Should().BeEquivalentTo(expected, options => options.WithStrictOrdering());
    }

    [VipsTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Epoch_Prefetched_IsThatOfOneThread(int workers)
    {
        var set = Numbered(40);
        var plan = new BatchPlan(set.Count, 6, seed: 2);
        Contents(new PrefetchingBatchSource(set, plan, workers)).Should().Equal(Contents(new BatchSource(set, plan)));
    }

    // Some of the set's size and some not, JPEG and PNG, each of its own colours.
    private ImageFolder Numbered(int count)
    {
        var photo = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "large.jpg"));
        for (var i = 0; i < count; i++)
        {
            var png = Png.Plain(i % 2 == 0 ? 8 : 10 + i, i % 2 == 0 ? 8 : 20, (byte)i, (byte)(2 * i), (byte)(3 * i));
            _folder.Write($"{i % 3}/{i:00}.{(i % 5 == 0 ? "jpg" : "png")}", i % 5 == 0 ? photo : png);
        }

        return new ImageFolder(_folder.Path, _shape);
    }

    private void Write(params string[] names)
    {
        foreach (var name in names)
        {
            _folder.Write(name, Png.Plain(8, 8, 1, 2, 3));
        }
    }

    private static byte[] Read(ImageFolder set, int index)
    {
        var image = new byte[set.Shape.Size];
        set.Read(index, image);
        return image;
    }

    private static List<byte> Contents(IBatchSource source)
    {
        var contents = new List<byte>();
        foreach (var batch in source.Epoch(1))
        {
            contents.AddRange(batch.Indices.ToArray().Select(i => (byte)i));
            contents.AddRange(batch.Pixels);
            batch.Dispose();
        }

        return contents;
    }
}
