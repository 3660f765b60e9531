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
    private const string TestFile = "test_batch.bin";
    private static readonly string[] _trainFiles = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")];

    // Its home states the MD5 c32a1d4ab5d03f1284b67883e8d87530; this is the same file's SHA-256.
    private static readonly DataArchive _archive = new(
        new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"),
        Sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
        Subfolder,
        [.. _trainFiles, TestFile]);

    /// <summary>The classes, in the order of the labels.</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

    /// <summary>Reads data_batch_1.bin to data_batch_5.bin.</summary>
    /// <param name="folder">Holds the files, or the folder cifar-10-batches-bin with them.</param>
    /// <returns>50,000 labelled images in the files' order.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DataFileException">A file has not 10,000 records of 3073 bytes, or a label above 9.</exception>
    public static MemoryImageSet Train(string folder) =>
        Read(_trainFiles.Select(file => DataFolder.Find(folder, Subfolder, file)));

    /// <summary>Reads test_batch.bin.</summary>
    /// <param name="folder">As in <see cref="Train"/>.</param>
    /// <returns>10,000 labelled images in the file's order.</returns>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="DataFileException">As in <see cref="Train"/>.</exception>
    public static MemoryImageSet Test(string folder) => Read([DataFolder.Find(folder, Subfolder, TestFile)]);

    /// <summary>Downloads the files from the data set's home, 170 MB, unless they are there.</summary>
    /// <remarks>
    /// The archive is written into a folder aside, checked against its SHA-256 checksum and unpacked there; then
    /// each file is moved to its place. If that fails or is cancelled, nothing of it is left behind.
    /// </remarks>
    /// <param name="folder">As in <see cref="Train"/>; created if it is missing. The files come into its cifar-10-batches-bin.</param>
    /// <param name="client">What to download with. Default: a client of its own.</param>
    /// <param name="progress">Is told how many bytes of the archive have arrived. Default: nobody is.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>Done once the folder has the files; at once and without the network if it had them.</returns>
    /// <exception cref="HttpRequestException">The server can't be reached, or answers with an error.</exception>
    /// <exception cref="DataFileException">What arrives is truncated, or has another checksum.</exception>
    public static Task DownloadAsync(
        string folder, HttpClient? client = null, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        _archive.DownloadAsync(folder, client, progress, cancellationToken);

    private static MemoryImageSet Read(IEnumerable<string> paths)
    {
        var (images, labels) = CifarRecords.Read([.. paths], 10_000, ClassNames.Count);
        return new MemoryImageSet(images, CifarRecords.Shape, new Factor("class", labels[0], ClassNames));
    }
}
