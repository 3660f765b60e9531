using SelfSupervised.Core;

namespace SelfSupervised.Data.Internal;

/// <summary>The records of CIFAR's binary files: one or two label bytes, then red, green and blue, each 32 rows of 32.</summary>
internal static class CifarRecords
{
    public static readonly ImageShape Shape = new(3, 32, 32);

    /// <summary>Reads files of as many records each.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="recordsPerFile">How many records each must have.</param>
    /// <param name="classCounts">For each label byte of a record, how many classes there are.</param>
    /// <returns>All images; and for each label byte, all images' values.</returns>
    public static (ImageBlocks Images, int[][] Labels) Read(
        IReadOnlyList<string> paths, int recordsPerFile, params IReadOnlyList<int> classCounts)
    {
        var count = paths.Count * recordsPerFile;
        var images = new ImageBlocks(count, Shape.Size);
        var labels = classCounts.Select(_ => new int[count]).ToArray();
        for (var i = 0; i < paths.Count; i++)
        {
            ReadFile(paths[i], i * recordsPerFile, recordsPerFile, images, labels);
            for (var k = 0; k < labels.Length; k++)
            {
                FileLabels.Check(paths[i], labels[k].AsSpan(i * recordsPerFile, recordsPerFile), classCounts[k]);
            }
        }

        return (images, labels);
    }

    private static void ReadFile(string path, int start, int records, ImageBlocks images, int[][] labels)
    {
        var bytes = labels.Length + Shape.Size;
        using var file = DataFile.Open(path);
        file.ExpectRest($"hold {records} records of {bytes} bytes", (long)records * bytes);
        Span<byte> head = stackalloc byte[labels.Length];
        for (var i = start; i < start + records; i++)
        {
            file.Fill(head);
            file.Fill(images.Image(i));
            for (var k = 0; k < labels.Length; k++)
            {
                labels[k][i] = head[k];
            }
        }

        file.End();
    }
}
