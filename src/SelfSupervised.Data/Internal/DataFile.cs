using System.IO.Compression;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Internal;

/// <summary>A file that is read from its start to its end, and says so if it is not what it should be.</summary>
internal sealed class DataFile : IDisposable
{
    private readonly Stream _stream;
    private readonly IDisposable? _archive;
    private readonly long? _length;
    private string _contents = "hold data";
    private long _position;

    private DataFile(string name, Stream stream, long? length, IDisposable? archive = null) =>
        (Name, _stream, _length, _archive) = (name, stream, length, archive);

    public string Name { get; }

    /// <summary>A file; if its first bytes are gzip's, what it unpacks to.</summary>
    public static DataFile Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        Span<byte> magic = stackalloc byte[2];
        var isGzip = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1F, 0x8B];
        file.Position = 0;
        return isGzip
            ? new DataFile(path, new BufferedStream(new GZipStream(file, CompressionMode.Decompress), 1 << 16), length: null)
            : new DataFile(path, file, file.Length);
    }

    /// <summary>A file within a zip archive.</summary>
    public static DataFile OpenEntry(string path, string entry)
    {
        ZipArchive? archive = null;
        try
        {
            archive = ZipFile.OpenRead(path);
            var found = archive.GetEntry(entry) ?? throw new DataFileException(
                path, $"hold {entry}", $"holds {(archive.Entries.Count > 0 ? string.Join(", ", archive.Entries) : "nothing")}");
            return new DataFile($"{path}/{entry}", new BufferedStream(found.Open(), 1 << 16), found.Length, archive);
        }
        catch (Exception error)
        {
            archive?.Dispose();
            if (error is InvalidDataException)
            {
                throw new DataFileException(path, $"be a zip archive with {entry}", $"can't be unpacked: {error.Message}", error);
            }

            throw;
        }
    }

    /// <summary>Says what comes next, for the messages.</summary>
    public void Expect(string contents) => _contents = contents;

    /// <summary>Says what comes next, and that nothing comes after it.</summary>
    /// <param name="contents">To be read after "Expected (file) to".</param>
    /// <param name="bytes">Its size.</param>
    public void ExpectRest(string contents, long bytes)
    {
        _contents = $"{contents}, {_position + bytes} bytes in all";
        if (_length is { } length && length != _position + bytes)
        {
            throw Wrong($"has {length} bytes");
        }
    }

    /// <summary>Reads exactly as many bytes.</summary>
    public void Fill(Span<byte> destination)
    {
        var read = Attempt(destination);
        _position += read;
        if (read < destination.Length)
        {
            throw Wrong($"ends after {_position} bytes");
        }
    }

    /// <summary>Makes sure that nothing is left, which the size of a compressed file doesn't tell.</summary>
    public void End()
    {
        if (Attempt(stackalloc byte[1]) > 0)
        {
            throw Wrong("goes on after that");
        }
    }

    /// <summary>The error to throw about what was to come.</summary>
    public DataFileException Wrong(string found, Exception? error = null) => new(Name, _contents, found, error);

    public void Dispose()
    {
        _stream.Dispose();
        _archive?.Dispose();
    }

    private int Attempt(Span<byte> destination)
    {
        try
        {
            return _stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException error)
        {
            throw Wrong($"can't be unpacked: {error.Message}", error);
        }
    }
}
