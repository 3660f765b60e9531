using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Files;

/// <summary>Reads images and labels from NumPy's .npy and .npz files.</summary>
/// <remarks>Arrays must be in C order, as NumPy writes them unless told otherwise. Pickled objects are never read.</remarks>
public static class NumPy
{
    /// <summary>Reads images from one .npy file and labels from another; each may be gzipped.</summary>
    /// <param name="imagesPath">An array of uint8.</param>
    /// <param name="layout">How its dimensions are to be read.</param>
    /// <param name="labelsPath">An array [N] of any type of whole number, none negative; null (default) for no labels.</param>
    /// <param name="classNames">
    /// The classes' names in the order of the labels; null (default) for none, and as many classes as the largest label asks for.
    /// </param>
    /// <returns>The images in the file's order.</returns>
    /// <exception cref="FileNotFoundException">A file is missing.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The layout is no layout.</exception>
    /// <exception cref="DataFileException">
    /// A file is no .npy file, holds another type, shape or order, is truncated or too long; or a label is negative, too
    /// large or without a name.
    /// </exception>
    public static MemoryImageSet ReadNpy(
        string imagesPath, ImageLayout layout, string? labelsPath = null, IReadOnlyList<string>? classNames = null)
    {
        using var images = DataFile.Open(imagesPath);
        using var labels = labelsPath is null ? null : DataFile.Open(labelsPath);
        return Read(images, layout, labels, classNames);
    }

    /// <summary>Reads images and labels from a .npz file, compressed or not.</summary>
    /// <param name="path">The file.</param>
    /// <param name="images">The name of the images' array, as given to <c>numpy.savez</c>; an array of uint8.</param>
    /// <param name="layout">How its dimensions are to be read.</param>
    /// <param name="labels">The name of the labels' array, as in <see cref="ReadNpy"/>; null (default) for no labels.</param>
    /// <param name="classNames">As in <see cref="ReadNpy"/>.</param>
    /// <returns>The images in the file's order.</returns>
    /// <exception cref="FileNotFoundException">The file is missing.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The layout is no layout.</exception>
    /// <exception cref="DataFileException">
    /// The file is no zip archive or has no array of that name, or for one of the reasons of <see cref="ReadNpy"/>.
    /// </exception>
    public static MemoryImageSet ReadNpz(
        string path, string images, ImageLayout layout, string? labels = null, IReadOnlyList<string>? classNames = null)
    {
        using var imageFile = DataFile.OpenEntry(path, images + ".npy");
        using var labelFile = labels is null ? null : DataFile.OpenEntry(path, labels + ".npy");
        return Read(imageFile, layout, labelFile, classNames);
    }

    private static MemoryImageSet Read(DataFile images, ImageLayout layout, DataFile? labels, IReadOnlyList<string>? classNames)
    {
        if (!Enum.IsDefined(layout))
        {
            throw new ArgumentOutOfRangeException(nameof(layout), layout, $"Expected `layout` to be Nhw, Nhwc or Nchw, but got {layout}.");
        }

        var array = NumPyArray.Open(images);
        if (array.Type != "u1")
        {
            images.Expect("hold bytes, NumPy's uint8");
            throw images.Wrong($"has the type {array.Type}");
        }

        var (count, shape) = FileImages.Shape(images, array.Shape, layout);
        var pixels = FileImages.Read(images, count, shape, layout);
        var classes = labels is null ? null : FileLabels.Classes(labels.Name, NumPyArray.Open(labels).ReadLabels(count), classNames);
        return new MemoryImageSet(pixels, shape, classes);
    }
}
