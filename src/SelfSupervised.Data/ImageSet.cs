using System.Runtime.ExceptionServices;
using SelfSupervised.Core;
using SelfSupervised.Data.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Data;

/// <summary>A set of images of one shape, as bytes, with what is known of them.</summary>
/// <remarks>
/// An image is [C, H, W] of bytes, row after row, channel after channel; 255 stands for 1. Labels are optional, here and
/// everywhere. Reading is safe from several threads at once. To bring images of your own, derive from it and read one
/// image, or put them into a <see cref="MemoryImageSet"/>.
/// </remarks>
public abstract class ImageSet
{
    /// <summary>For derived types: what is known of the set.</summary>
    /// <param name="count">N, at least 1.</param>
    /// <param name="shape">The shape of every image.</param>
    /// <param name="labels">The class of every image, or null (default) if it isn't known.</param>
    /// <param name="factors">What else is known of every image. Default: nothing.</param>
    /// <exception cref="ArgumentException">The shape is empty, or a factor has not one value per image.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no image.</exception>
    protected ImageSet(int count, ImageShape shape, Factor? labels = null, IReadOnlyList<Factor>? factors = null)
    {
        Guard.AtLeast(count, 1, nameof(count));
        if (shape == default)
        {
            throw new ArgumentException("Expected `shape` to be set, but it is the default [0, 0, 0].", nameof(shape));
        }

        (Count, Shape, Labels, Factors) = (count, shape, labels, factors is null ? [] : [.. factors]);
        foreach (var factor in labels is null ? Factors : Factors.Append(labels))
        {
            Guard.Length(factor.Values.Length, count, factor.Name);
        }
    }

    /// <summary>N, the number of images.</summary>
    public int Count { get; }

    /// <summary>The shape of every image.</summary>
    public ImageShape Shape { get; }

    /// <summary>The class of every image, or null if it isn't known.</summary>
    public Factor? Labels { get; }

    /// <summary>What else is known of every image; empty if nothing is.</summary>
    public IReadOnlyList<Factor> Factors { get; }

    /// <summary>Reads one image.</summary>
    /// <param name="index">From 0 to N − 1.</param>
    /// <param name="image">Where to write it: exactly C·H·W bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="ArgumentException">The place has another size.</exception>
    public void Read(int index, Span<byte> image)
    {
        Guard.Index(index, Count, nameof(index));
        Guard.Length(image.Length, Shape.Size, nameof(image));
        ReadImage(index, image);
    }

    /// <summary>Reads some images as bytes.</summary>
    /// <param name="indices">B images, each from 0 to N − 1, in any order; one may occur more than once. B ≥ 1.</param>
    /// <returns>The batch. The caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="ArgumentException">There is no index, or a batch of more than 2 GiB.</exception>
    public ImageBatch Batch(ReadOnlySpan<int> indices) => new(this, indices);

    /// <summary>Reads some images as a tensor.</summary>
    /// <param name="indices">As in <see cref="Batch"/>.</param>
    /// <param name="device">Where the tensor is to be. Default: the CPU.</param>
    /// <returns>[B, C, H, W] Float32 in [0, 1]. The caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such image.</exception>
    /// <exception cref="ArgumentException">As in <see cref="Batch"/>.</exception>
    public Tensor Images(ReadOnlySpan<int> indices, Device? device = null)
    {
        using var batch = Batch(indices);
        return batch.ToTensor(device);
    }

    /// <summary>Reads all images, on all cores, into a set that has them in memory.</summary>
    /// <returns>A set of the same images, labels and factors: N·C·H·W bytes. If an image can't be read, its error is thrown.</returns>
    public MemoryImageSet ToMemory()
    {
        var images = new ImageBlocks(Count, Shape.Size);
        try
        {
            Parallel.For(0, Count, index => ReadImage(index, images.Image(index)));
        }
        catch (AggregateException errors)
        {
            ExceptionDispatchInfo.Throw(errors.InnerExceptions[0]);
        }

        return new MemoryImageSet(images, Shape, Labels, Factors);
    }

    /// <summary>Reads one image. Several threads may be in it at once.</summary>
    /// <param name="index">From 0 to N − 1, checked.</param>
    /// <param name="image">C·H·W bytes, all of which must be written; what they hold before is arbitrary.</param>
    protected abstract void ReadImage(int index, Span<byte> image);
}
