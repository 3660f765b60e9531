using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Files;

/// <summary>Reads CIFAR-10's binary version: 60,000 images [3, 32, 32] of ten classes.</summary>
/// <remarks>
/// Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. The archive is cifar-10-binary.tar.gz; its
/// files may each be gzipped. The mean colour of the training images is (0.4914, 0.4822, 0.4465).
/// </remarks>
public static class Cifar10
{
    private const string Subfolder = "cifar-10-batches-bin";

    /// <summary>The classes, in the order of the labels.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Reads data_batch_1.bin to data_batch_5.bin.</summary>
    /// <param name="folder">Holds the files, or the folder cifar-10-batches-bin with them.</param>
    /// <returns>50,000 labelled images in the files' order.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DataFileException">A file has not 10,000 records of 3073 bytes, or a label above 9.</exception>
    public static MemoryImageSet Train(string folder) =>
        Read(Enumerable.Range(1, 5).Select(i => DataFolder.Find(folder, Subfolder, $"data_batch_{i}.bin")));

    /// <summary>Reads test_batch.bin.</summary>
    /// <param name="folder">As in <see cref="Train"/>.</param>
    /// <returns>10,000 labelled images in the file's order.</returns>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="DataFileException">As in <see cref="Train"/>.</exception>
    public static MemoryImageSet Test(string folder) => Read([DataFolder.Find(folder, Subfolder, "test_batch.bin")]);

    private static MemoryImageSet Read(IEnumerable<string> paths)
    {
        var (images, labels) = CifarRecords.Read([.. paths], 10_000, ClassNames.Count);
        return new MemoryImageSet(images, CifarRecords.Shape, new Factor("class", labels[0], ClassNames));
    }
}
