using System.Buffers.Binary;
using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Files;

/// <summary>Reads IDX files, the format of MNIST, Fashion-MNIST, KMNIST and EMNIST, also gzipped.</summary>
/// <remarks>
/// LeCun, Cortes, Burges, "The MNIST database of handwritten digits": two zero bytes, a type (8 for bytes), the number of
/// dimensions, each dimension's size as four bytes, most significant first; then the values.
/// </remarks>
public static class Idx
{
    private const byte UnsignedByte = 8;

    /// <summary>Reads images of one channel, and their labels.</summary>
    /// <param name="imagesPath">Bytes of shape [N, H, W], as in train-images-idx3-ubyte.gz.</param>
    /// <param name="labelsPath">Bytes of shape [N], as in train-labels-idx1-ubyte.gz; null (default) for no labels.</param>
    /// <param name="classNames">
    /// The classes' names in the order of the labels; null (default) for none, and as many classes as the largest label asks for.
    /// </param>
    /// <returns>The images [1, H, W] in the file's order.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="DataFileException">
    /// A file is no IDX file of bytes of that many dimensions, is truncated or too long, has another number of labels than
    /// there are images, or a label that has no name.
    /// </exception>
    public static MemoryImageSet Read(string imagesPath, string? labelsPath = null, IReadOnlyList<string>? classNames = null)
    {
        using var file = DataFile.Open(imagesPath);
        var sizes = Sizes(file, dimensions: 3);
        var (count, shape) = FileImages.Shape(file, sizes, ImageLayout.Nhw);
        var images = FileImages.Read(file, count, shape, ImageLayout.Nhw);
        return new MemoryImageSet(images, shape, labelsPath is null ? null : Labels(labelsPath, count, classNames));
    }

    private static Factor Labels(string path, int count, IReadOnlyList<string>? classNames)
    {
        using var file = DataFile.Open(path);
        var found = Sizes(file, dimensions: 1)[0];
        if (found != count)
        {
            throw new DataFileException(path, $"hold {count} labels like the images' file", $"says it holds {found}");
        }

        file.ExpectRest($"hold {count} labels", count);
        var labels = new byte[count];
        file.Fill(labels);
        file.End();
        return FileLabels.Classes(path, Array.ConvertAll(labels, label => (int)label), classNames);
    }

    private static long[] Sizes(DataFile file, int dimensions)
    {
        file.Expect($"begin with the IDX header of bytes in {dimensions} dimensions, 00 00 08 0{dimensions}");
        Span<byte> magic = stackalloc byte[4];
        file.Fill(magic);
        if (magic is not [0, 0, UnsignedByte, _] || magic[3] != dimensions)
        {
            throw file.Wrong($"begins with {Convert.ToHexString(magic)}");
        }

        Span<byte> size = stackalloc byte[4];
        var sizes = new long[dimensions];
        for (var i = 0; i < dimensions; i++)
        {
            file.Fill(size);
            sizes[i] = BinaryPrimitives.ReadUInt32BigEndian(size);
        }

        return sizes;
    }
}
