using SelfSupervised.Core;
using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Files;

/// <summary>Reads STL-10's binary version: images [3, 96, 96] of ten classes, and 100,000 without labels.</summary>
/// <remarks>
/// Coates, Ng, Lee, "An Analysis of Single-Layer Networks in Unsupervised Feature Learning", 2011. The archive is
/// stl10_binary.tar.gz; its files may each be gzipped. They hold each channel column by column; the sets hold it row by
/// row. The file's labels 1 to 10 become 0 to 9.
/// </remarks>
public static class Stl10
{
    private const string Subfolder = "stl10_binary";
    private const int Side = 96;
    private static readonly ImageShape _shape = new(3, Side, Side);

    /// <summary>The classes, in the order of the labels.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["airplane", "bird", "car", "cat", "deer", "dog", "horse", "monkey", "ship", "truck"];

    /// <summary>Reads train_X.bin and train_y.bin.</summary>
    /// <param name="folder">Holds the files, or the folder stl10_binary with them.</param>
    /// <returns>5,000 labelled images in the file's order.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DataFileException">A file has another size, or a label that is not from 1 to 10.</exception>
    public static MemoryImageSet Train(string folder) => Labelled(folder, "train", 5_000);

    /// <summary>Reads test_X.bin and test_y.bin.</summary>
    /// <param name="folder">As in <see cref="Train"/>.</param>
    /// <returns>8,000 labelled images in the file's order.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DataFileException">As in <see cref="Train"/>.</exception>
    public static MemoryImageSet Test(string folder) => Labelled(folder, "test", 8_000);

    /// <summary>Reads unlabeled_X.bin, 2.8 GB, into memory.</summary>
    /// <param name="folder">As in <see cref="Train"/>.</param>
    /// <returns>100,000 images without labels in the file's order.</returns>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="DataFileException">The file has another size.</exception>
    public static MemoryImageSet Unlabelled(string folder) =>
        new(Images(DataFolder.Find(folder, Subfolder, "unlabeled_X.bin"), 100_000), _shape, labels: null);

    private static MemoryImageSet Labelled(string folder, string split, int count)
    {
        var imagePath = DataFolder.Find(folder, Subfolder, $"{split}_X.bin");
        var labels = Labels(DataFolder.Find(folder, Subfolder, $"{split}_y.bin"), count);
        return new MemoryImageSet(Images(imagePath, count), _shape, labels);
    }

    private static Factor Labels(string path, int count)
    {
        using var file = DataFile.Open(path);
        file.ExpectRest($"hold {count} labels", count);
        var bytes = new byte[count];
        file.Fill(bytes);
        file.End();
        var labels = Array.ConvertAll(bytes, label => label - 1);
        FileLabels.Check(path, labels, ClassNames.Count, first: 1);
        return new Factor("class", labels, ClassNames);
    }

    private static ImageBlocks Images(string path, int count)
    {
        using var file = DataFile.Open(path);
        file.ExpectRest($"hold {count} images of {_shape.Size} bytes", (long)count * _shape.Size);
        var images = new ImageBlocks(count, _shape.Size);
        var columns = new byte[_shape.Size];
        for (var i = 0; i < count; i++)
        {
            file.Fill(columns);
            Transposition.SwapLast(columns, images.Image(i), Side, Side);
        }

        file.End();
        return images;
    }
}
