using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Files;

/// <summary>Reads CIFAR-100's binary version: 60,000 images [3, 32, 32] of 100 classes in 20 superclasses.</summary>
/// <remarks>
/// Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009. The archive is cifar-100-binary.tar.gz; its
/// files may each be gzipped. The labels of a set are the 100 classes; its one factor is the superclass.
/// </remarks>
public static class Cifar100
{
    private const string Subfolder = "cifar-100-binary";

    /// <summary>Reads train.bin, and the names in coarse_label_names.txt and fine_label_names.txt.</summary>
    /// <param name="folder">Holds the files, or the folder cifar-100-binary with them.</param>
    /// <returns>50,000 labelled images in the file's order.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DataFileException">
    /// The images' file has not 50,000 records of 3074 bytes, or a label that is no class, or another number of names.
    /// </exception>
    public static MemoryImageSet Train(string folder) => Read(folder, "train.bin", 50_000);

    /// <summary>Reads test.bin, and the names as <see cref="Train"/> does.</summary>
    /// <param name="folder">As in <see cref="Train"/>.</param>
    /// <returns>10,000 labelled images in the file's order.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DataFileException">As in <see cref="Train"/>, with 10,000 records.</exception>
    public static MemoryImageSet Test(string folder) => Read(folder, "test.bin", 10_000);

    private static MemoryImageSet Read(string folder, string file, int records)
    {
        var path = DataFolder.Find(folder, Subfolder, file);
        var (coarse, fine) = (Names(folder, "coarse_label_names.txt", 20), Names(folder, "fine_label_names.txt", 100));
        var (images, labels) = CifarRecords.Read([path], records, coarse.Length, fine.Length);
        return new MemoryImageSet(
            images, CifarRecords.Shape, new Factor("class", labels[1], fine), [new Factor("superclass", labels[0], coarse)]);
    }

    private static string[] Names(string folder, string file, int count)
    {
        var path = DataFolder.Find(folder, Subfolder, file);
        var names = File.ReadLines(path).Take(count + 1).Where(line => line.Length > 0).ToArray();
        return names.Length == count
            ? names
            : throw new DataFileException(path, $"hold {count} names, one a line", $"holds {(names.Length > count ? "more" : names.Length)}");
    }
}
