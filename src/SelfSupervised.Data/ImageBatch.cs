using System.Buffers;
using SelfSupervised.Data.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Data;

/// <summary>Some images of a set as bytes, with their indices in it and what the set knows of them.</summary>
/// <remarks>It holds no tensor, so it may be made on one thread and used on another. Dispose it to reuse its memory.</remarks>
public sealed class ImageBatch : IDisposable
{
    private static readonly Scalar _white = 255f.ToScalar();

    private readonly int[] _indices;
    private byte[]? _pixels;

    internal ImageBatch(ImageSet set, ReadOnlySpan<int> indices)
    {
        var size = (long)indices.Length * set.Shape.Size;
        if (indices.IsEmpty || size > Array.MaxLength)
        {
            throw new ArgumentException(
                $"Expected `indices` to name from 1 to {Array.MaxLength / set.Shape.Size} images of shape {set.Shape}, but it names {indices.Length}.",
                nameof(indices));
        }

        foreach (var index in indices)
        {
            Guard.Index(index, set.Count, nameof(indices));
        }

        (ImageSet, _indices, _pixels) = (set, indices.ToArray(), ArrayPool<byte>.Shared.Rent((int)size));
        for (var i = 0; i < _indices.Length; i++)
        {
            set.Read(_indices[i], _pixels.AsSpan(i * set.Shape.Size, set.Shape.Size));
        }
    }

    /// <summary>The set that the images are from.</summary>
    public ImageSet ImageSet { get; }

    /// <summary>B, the number of images.</summary>
    public int Count => _indices.Length;

    /// <summary>Each image's index in the set.</summary>
    public ReadOnlySpan<int> Indices => _indices;

    /// <summary>Each image's class, or null if the set has no labels.</summary>
    public int[]? Labels => ImageSet.Labels?.At(_indices);

    /// <summary>B·C·H·W bytes, image after image. Valid until the batch is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The batch has been disposed.</exception>
    public ReadOnlySpan<byte> Pixels
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pixels is null, this);
            return _pixels.AsSpan(0, Count * ImageSet.Shape.Size);
        }
    }

    /// <summary>The images as a tensor of bytes, which is what views take best.</summary>
    /// <param name="device">Where the tensor is to be. Default: the CPU.</param>
    /// <returns>[B, C, H, W] Byte; 255 stands for 1. The caller owns it.</returns>
    /// <exception cref="ObjectDisposedException">The batch has been disposed.</exception>
    public Tensor ToBytes(Device? device = null)
    {
        var pixels = Pixels;
        using var scope = NewDisposeScope();
        var bytes = empty([Count, ImageSet.Shape.Channels, ImageSet.Shape.Height, ImageSet.Shape.Width], ScalarType.Byte);
        pixels.CopyTo(bytes.bytes);
        return bytes.to(device ?? CPU).MoveToOuterDisposeScope();
    }

    /// <summary>The images as a tensor: each byte divided by 255.</summary>
    /// <param name="device">Where the tensor is to be; bytes are what travels there. Default: the CPU.</param>
    /// <returns>[B, C, H, W] Float32 in [0, 1]. The caller owns it.</returns>
    /// <exception cref="ObjectDisposedException">The batch has been disposed.</exception>
    public Tensor ToTensor(Device? device = null)
    {
        using var scope = NewDisposeScope();
        return ToBytes(device).to(ScalarType.Float32).div_(_white).MoveToOuterDisposeScope();
    }

    /// <summary>Gives the memory back. The indices remain.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pixels, null) is { } pixels)
        {
            ArrayPool<byte>.Shared.Return(pixels);
        }
    }
}
