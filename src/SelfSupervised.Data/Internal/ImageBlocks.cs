namespace SelfSupervised.Data.Internal;

/// <summary>
/// The bytes of many images in memory. An array holds at most 2 GiB, and some sets are larger, so there are several; an
/// image lies in one. A block is allocated when its first image is asked for: a file that claims more than it holds
/// costs no more than what it holds.
/// </summary>
internal sealed class ImageBlocks
{
    private const int BlockBytes = 64 << 20;

    private readonly byte[]?[] _blocks;
    private readonly int _imageBytes;
    private readonly int _perBlock;

    public ImageBlocks(int count, int imageBytes)
    {
        (Count, _imageBytes) = (count, imageBytes);
        _perBlock = Math.Max(1, BlockBytes / imageBytes);
        _blocks = new byte[]?[((count - 1) / _perBlock) + 1];
    }

    /// <summary>Around an array that is there, a whole number of images.</summary>
    public ImageBlocks(byte[] images, int imageBytes)
    {
        (Count, _imageBytes) = (images.Length / imageBytes, imageBytes);
        (_blocks, _perBlock) = ([images], Count);
    }

    public int Count { get; }

    /// <summary>One image's bytes, to be read or written; safe from any number of threads.</summary>
    public Span<byte> Image(int index)
    {
        var (block, place) = Math.DivRem(index, _perBlock);
        if (_blocks[block] is null)
        {
            var images = Math.Min(_perBlock, Count - (block * _perBlock));
            Interlocked.CompareExchange(ref _blocks[block], new byte[images * _imageBytes], null);
        }

        return _blocks[block].AsSpan(place * _imageBytes, _imageBytes);
    }
}
