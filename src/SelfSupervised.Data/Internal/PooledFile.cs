using System.Buffers;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Internal;

/// <summary>A file's bytes, in borrowed memory.</summary>
internal readonly struct PooledFile : IDisposable
{
    private readonly byte[] _bytes;
    private readonly int _length;

    private PooledFile(byte[] bytes, int length) => (_bytes, _length) = (bytes, length);

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public static PooledFile Read(string path)
    {
        using var file = File.OpenHandle(path);
        var size = RandomAccess.GetLength(file);
        if (size > Array.MaxLength)
        {
            throw new DataFileException(path, $"have at most {Array.MaxLength} bytes", $"has {size}");
        }

        var bytes = ArrayPool<byte>.Shared.Rent((int)size);
        var length = 0;
        while (length < size && RandomAccess.Read(file, bytes.AsSpan(length, (int)size - length), length) is > 0 and var read)
        {
            length += read;
        }

        return new PooledFile(bytes, length);
    }

    public void Dispose() => ArrayPool<byte>.Shared.Return(_bytes);
}
