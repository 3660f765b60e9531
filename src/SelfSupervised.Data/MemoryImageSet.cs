using SelfSupervised.Core;
using SelfSupervised.Data.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Data;

/// <summary>A set of images that lie in memory.</summary>
public sealed class MemoryImageSet : ImageSet
{
    private readonly ImageBlocks _images;

    /// <summary>Creates a set around an array.</summary>
    /// <param name="images">
    /// N·C·H·W bytes, image after image, each [C, H, W]. The array is kept, not copied: don't write to it any more.
    /// </param>
    /// <param name="shape">[C, H, W].</param>
    /// <param name="labels">The class of every image, or null (default) if it isn't known.</param>
    /// <param name="factors">What else is known of every image. Default: nothing.</param>
    /// <exception cref="ArgumentException">
    /// The array is no whole number of images or empty, or a factor has not one value per image.
    /// </exception>
    public MemoryImageSet(byte[] images, ImageShape shape, Factor? labels = null, IReadOnlyList<Factor>? factors = null)
        : this(new ImageBlocks(Whole(images, shape), shape.Size), shape, labels, factors)
    {
    }

    internal MemoryImageSet(ImageBlocks images, ImageShape shape, Factor? labels, IReadOnlyList<Factor>? factors = null)
        : base(images.Count, shape, labels, factors) => _images = images;

    /// <summary>Creates a set from a tensor.</summary>
    /// <param name="images">[N, C, H, W], Byte, on any device; N, C, H, W ≥ 1. It is copied.</param>
    /// <param name="labels">The class of every image, or null (default) if it isn't known.</param>
    /// <param name="factors">What else is known of every image. Default: nothing.</param>
    /// <returns>The set. It holds no tensor.</returns>
    /// <exception cref="ArgumentException">
    /// The tensor has another rank or type, is empty or has more than 2 GiB, or a factor has not one value per image.
    /// </exception>
    public static MemoryImageSet FromTensor(Tensor images, Factor? labels = null, IReadOnlyList<Factor>? factors = null)
    {
        ArgumentNullException.ThrowIfNull(images);
        var shape = images.shape;
        if (images.dtype != ScalarType.Byte || shape is not [> 0, > 0, > 0, > 0] || images.numel() > Array.MaxLength)
        {
            throw new ArgumentException(
                $"Expected `images` to be Byte of shape [N, C, H, W] with at most {Array.MaxLength} values, but got {images.dtype} of shape [{string.Join(", ", shape)}].",
                nameof(images));
        }

        using var scope = NewDisposeScope();
        var bytes = images.cpu().contiguous().bytes.ToArray();
        return new MemoryImageSet(bytes, new ImageShape((int)shape[1], (int)shape[2], (int)shape[3]), labels, factors);
    }

    /// <summary>One image's bytes, [C, H, W], where they lie.</summary>
    /// <param name="index">From 0 to N − 1.</param>
    /// <returns>C·H·W bytes, valid as long as the set.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    public ReadOnlySpan<byte> Bytes(int index)
    {
        Guard.Index(index, Count, nameof(index));
        return _images.Image(index);
    }

    /// <inheritdoc/>
    protected override void ReadImage(int index, Span<byte> image) => _images.Image(index).CopyTo(image);

    private static byte[] Whole(byte[] images, ImageShape shape)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (shape == default || images.Length == 0 || images.Length % shape.Size != 0)
        {
            throw new ArgumentException(
                $"Expected `images` to hold whole images of shape {shape}, {shape.Size} bytes each, but it holds {images.Length} bytes.",
                nameof(images));
        }

        return images;
    }
}
