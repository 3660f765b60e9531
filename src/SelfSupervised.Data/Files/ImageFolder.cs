using SelfSupervised.Core;
using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Files;

/// <summary>JPEG and PNG files of a folder, decoded by libvips when they are read.</summary>
/// <remarks>
/// <para>
/// Every file that ends in .jpg, .jpeg or .png, in whichever case, is an image, also in subfolders of subfolders; hidden
/// files and folders and files of other names are passed over. The order is that of the paths within the folder, with
/// slashes, compared by their UTF-16 codes. If all images lie in subfolders, each subfolder is a class, in the order of
/// their names; each must have an image. If all lie in the folder itself, the set has no labels. Some here and some
/// there is an error.
/// </para>
/// <para>
/// An image becomes upright by its EXIF orientation, and 8-bit sRGB or grey: 16 bits are brought down to 8, a palette and
/// CMYK are converted, alpha is laid over black, grey is repeated for three channels, and colour becomes grey by
/// Rec. 601's luma (0.299, 0.587, 0.114) for one. Embedded colour profiles of RGB images are not applied, as Pillow and
/// torchvision don't. A file is damaged if libvips finds it truncated or in error before it has every pixel that is asked
/// for; rows below a centre that is cut out are not, nor, where libvips reads PNG with libspng, is the rows' checksum.
/// </para>
/// <para>
/// The machine must have libvips 8.13 or later: on Debian and Ubuntu, the package libvips42. libvips is set, for the whole
/// process, to use one thread for whoever asks it, to compile no vector code on the way (Orc's is not safe on several
/// threads), to cache no operation and to print no warning. Read on several threads instead, as
/// <see cref="Batching.PrefetchingBatchSource"/> does; tiny images are best read once, by <see cref="ImageSet.ToMemory"/>.
/// </para>
/// </remarks>
public sealed class ImageFolder : ImageSet
{
    private readonly ImageDecoder _decoder;
    private readonly ImageFiles _files;

    /// <summary>Lists a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="shape">The shape of every image: C is 1 or 3.</param>
    /// <param name="fit">How an image of another size gets to H × W. Default: it is scaled, and its centre cut out.</param>
    /// <param name="skipDamaged">
    /// Default, false: the error of a damaged file is thrown where the image is read. With true, all files are decoded
    /// once now, on all cores, and those that can't be are left out of the set and listed in <see cref="Skipped"/>.
    /// </param>
    /// <param name="maxPixels">
    /// An image whose header says that it has more pixels counts as damaged, and none of them is decoded. At least 1,
    /// default 2²⁷.
    /// </param>
    /// <exception cref="DllNotFoundException">libvips is missing or too old.</exception>
    /// <exception cref="DirectoryNotFoundException">The folder is missing.</exception>
    /// <exception cref="DataFileException">
    /// The folder holds no image, or images both in itself and in subfolders; a subfolder that should be a class has
    /// none; or all are damaged.
    /// </exception>
    /// <exception cref="ArgumentException">The shape has neither 1 nor 3 channels, or more than about 2²⁹ pixels.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The fit is none, or the number of pixels is below 1.</exception>
    public ImageFolder(
        string folder, ImageShape shape, ImageFit fit = ImageFit.CentreCrop, bool skipDamaged = false, long maxPixels = 1 << 27)
        : this(shape, Open(folder, shape, fit, skipDamaged, maxPixels))
    {
    }

    private ImageFolder(ImageShape shape, (ImageDecoder Decoder, ImageFiles Files) opened)
        : base(opened.Files.Names.Count, shape, opened.Files.Labels()) => (_decoder, _files) = opened;

    /// <summary>Each image's path within the folder, with slashes, in the set's order.</summary>
    public IReadOnlyList<string> Files => _files.Names;

    /// <summary>The damaged files that were left out, each with its path and what is wrong; empty if none were looked for.</summary>
    public IReadOnlyList<DataFileException> Skipped => _files.Skipped;

    /// <inheritdoc/>
    protected override void ReadImage(int index, Span<byte> image) => _decoder.Decode(_files.PathOf(index), image);

    // That libvips is missing is to be known first.
    private static (ImageDecoder Decoder, ImageFiles Files) Open(
        string folder, ImageShape shape, ImageFit fit, bool skipDamaged, long maxPixels)
    {
        var decoder = new ImageDecoder(shape, fit, maxPixels);
        var files = ImageFiles.Find(folder);
        return (decoder, skipDamaged ? files.WithoutDamaged(decoder) : files);
    }
}
