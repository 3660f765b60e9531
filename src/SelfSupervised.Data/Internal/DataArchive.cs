using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Internal;

/// <summary>A data set's archive at its home: a gzipped tar, whose files lie in one folder.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="Sha256">Its SHA-256 checksum, in lower case.</param>
/// <param name="Subfolder">The archive's folder.</param>
/// <param name="Files">The files that are wanted from that folder.</param>
internal sealed record DataArchive(Uri Address, string Sha256, string Subfolder, IReadOnlyList<string> Files)
{
    /// <summary>Sees to it that a folder has the files.</summary>
    public Task DownloadAsync(string folder, HttpClient? client, IProgress<long>? progress, CancellationToken cancellationToken) =>
        DataFolder.HasAll(folder, Subfolder, Files) ? Task.CompletedTask : BringAsync(folder, client, progress, cancellationToken);

    // What is not whole stays aside, and is removed.
    private async Task BringAsync(string folder, HttpClient? client, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var isNew = !Directory.Exists(folder);
        var aside = Directory.CreateDirectory(Path.Combine(folder, $".{Subfolder}-{Guid.NewGuid():N}")).FullName;
        try
        {
            var archive = Path.Combine(aside, "archive");
            using var own = client is null ? new HttpClient() : null;
            await FetchAsync(archive, client ?? own!, progress, cancellationToken).ConfigureAwait(false);
            await CheckAsync(archive, cancellationToken).ConfigureAwait(false);
            await UnpackAsync(archive, aside, cancellationToken).ConfigureAwait(false);
            Directory.CreateDirectory(Path.Combine(folder, Subfolder));
            foreach (var file in Files)
            {
                File.Move(Path.Combine(aside, file), Path.Combine(folder, Subfolder, file), overwrite: true);
            }
        }
        finally
        {
            Directory.Delete(aside, recursive: true);
            if (isNew && !Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
    }

    private async Task FetchAsync(string path, HttpClient client, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(Address, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(
                $"Expected {Address} to be there, but the answer is {(int)response.StatusCode} ({response.ReasonPhrase}).",
                inner: null, response.StatusCode);
        }

        var received = 0L;
        using var file = File.Create(path);
        using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var buffer = new byte[1 << 16];
        try
        {
            while (await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            {
                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                received += read;
                progress?.Report(received);
            }
        }
        catch (HttpIOException error)
        {
            throw new DataFileException(Address.ToString(), "arrive whole", $"breaks off after {received} bytes: {error.Message}", error);
        }

        if (response.Content.Headers.ContentLength is { } length && length != received)
        {
            throw new DataFileException(Address.ToString(), $"have {length} bytes, as the server says", $"ends after {received}");
        }
    }

    private async Task CheckAsync(string path, CancellationToken cancellationToken)
    {
        using var file = File.OpenRead(path);
        var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
        if (found != Sha256)
        {
            throw new DataFileException(Address.ToString(), $"have the SHA-256 checksum {Sha256}", $"has {found}");
        }
    }

    // Only what is wanted, and to paths of our own: what else the archive names is passed over.
    private async Task UnpackAsync(string path, string folder, CancellationToken cancellationToken)
    {
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry)
        {
            var wanted = Files.FirstOrDefault(file => entry.Name == $"{Subfolder}/{file}");
            if (wanted is not null && entry.DataStream is { } content)
            {
                using var to = File.Create(Path.Combine(folder, wanted));
                await content.CopyToAsync(to, cancellationToken).ConfigureAwait(false);
            }
        }

        var missing = Files.FirstOrDefault(file => !File.Exists(Path.Combine(folder, file)));
        if (missing is not null)
        {
            throw new DataFileException(Address.ToString(), $"hold {Subfolder}/{missing}", "doesn't");
        }
    }
}
