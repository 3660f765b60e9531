using System.Buffers.Binary;
using System.Security.Cryptography;
using SelfSupervised.Core.Weights;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Checkpoints;

/// <summary>One checkpoint: tensors and text, with a checksum.</summary>
/// <remarks>
/// The file is 8 bytes "SSLCKPT" and a line feed, the version (4 bytes, little-endian), the content's length (8 bytes), its SHA-256
/// (32 bytes), and the content, which is safetensors. It is written aside, flushed to the disk and renamed, so that a name always
/// stands for a whole file.
/// </remarks>
public static class CheckpointFile
{
    private const int Version = 1;
    private const int HeaderBytes = 52;

    private static ReadOnlySpan<byte> Magic => "SSLCKPT\n"u8;

    /// <summary>Writes a checkpoint.</summary>
    /// <param name="path">Its path; a file that is there is replaced.</param>
    /// <param name="tensors">What it holds.</param>
    /// <param name="metadata">Text that it holds.</param>
    /// <exception cref="IOException">It can't be written; what was there before is untouched.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var aside = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(aside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20))
            {
                file.Position = HeaderBytes;
                Safetensors.Write(file, tensors, metadata);
                file.Position = HeaderBytes;
                var checksum = SHA256.HashData(file);
                var header = Header(file.Length - HeaderBytes, checksum);
                file.Position = 0;
                file.Write(header);
                file.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    /// <summary>Reads a checkpoint after checking all of it.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>Tensors, on the CPU, and text. The caller owns them.</returns>
    /// <exception cref="CheckpointException">It is damaged, truncated, no checkpoint, or of another version.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static SafetensorsContent Read(string path)
    {
        using var file = Open(path);
        return Content(path, () => Safetensors.Read(file));
    }

    /// <summary>A checked file, at the beginning of its content.</summary>
    internal static FileStream Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20);
        try
        {
            Check(path, file);
            file.Position = HeaderBytes;
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads content that the checksum vouches for, so that what is wrong with it was wrong when it was written.</summary>
    internal static T Content<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException error)
        {
            throw new CheckpointException(path, $"does not fit: {error.Message}", error);
        }
    }

    private static void Check(string path, FileStream file)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.StartsWith(Magic))
        {
            throw new CheckpointException(path, "is no checkpoint.");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version != Version)
        {
            throw new CheckpointException(path, $"has version {version}, but this library reads version {Version}.");
        }

        var (expected, actual) = (BinaryPrimitives.ReadInt64LittleEndian(header[12..]), file.Length - HeaderBytes);
        if (expected != actual)
        {
            throw new CheckpointException(path, $"is to have {expected} bytes of content, but has {actual}: it is truncated or damaged.");
        }

        if (!SHA256.HashData(file).AsSpan().SequenceEqual(header[20..]))
        {
            throw new CheckpointException(path, "is damaged: its content does not have the checksum that it says.");
        }
    }

    private static byte[] Header(long length, ReadOnlySpan<byte> checksum)
    {
        var header = new byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(12), length);
        checksum.CopyTo(header.AsSpan(20));
        return header;
    }
}
