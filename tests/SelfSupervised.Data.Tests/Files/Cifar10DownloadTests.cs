using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using SelfSupervised.Data.Files;
using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Tests.Files;

/// <summary>Downloading, from a server that is none and with a small archive.</summary>
public sealed class Cifar10DownloadTests : IDisposable
{
    private static readonly string[] _files = ["data_batch_1.bin", "test_batch.bin"];
    private static readonly byte[] _archive = Pack(("a/data_batch_1.bin", [1, 2, 3]), ("a/readme.html", [4]), ("a/test_batch.bin", [5, 6]));
    private readonly TemporaryFolder _temporary = new();

    private string Folder => _temporary.File("data");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task DownloadAsync_EmptyFolder_GetsTheWantedFilesOnly()
    {
        var progress = new List<long>();
        await DownloadAsync(_archive, Serve(_archive), new Reports(progress.Add));

        Contents().Should().BeEquivalentTo("a/data_batch_1.bin", "a/test_batch.bin");
        File.ReadAllBytes(Path.Combine(Folder, "a", "data_batch_1.bin")).Should().Equal(1, 2, 3);
        File.ReadAllBytes(Path.Combine(Folder, "a", "test_batch.bin")).Should().Equal(5, 6);
        progress.Should().BeInAscendingOrder().And.EndWith(_archive.Length);
    }

    [Fact]
    public async Task DownloadAsync_FileMissing_CompletesTheFolder()
    {
        _temporary.Write("data/a/test_batch.bin", 9);
        _temporary.Write("data/notes.txt", 7);
        await DownloadAsync(_archive, Serve(_archive));
        Contents().Should().BeEquivalentTo("a/data_batch_1.bin", "a/test_batch.bin", "notes.txt");
        File.ReadAllBytes(Path.Combine(Folder, "a", "test_batch.bin")).Should().Equal(5, 6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("cifar-10-batches-bin/")]
    public async Task DownloadAsync_FilesAreThere_AsksNobody(string subfolder)
    {
        for (var i = 1; i <= 5; i++)
        {
            _temporary.Write($"data/{subfolder}data_batch_{i}.bin");
        }

        _temporary.Write($"data/{subfolder}test_batch.bin");
        using var client = new HttpClient(new Server(_ => throw new InvalidOperationException("Nobody should ask.")));
        await Cifar10.DownloadAsync(Folder, client);
        Contents().Should().HaveCount(6);
    }

    [Fact]
    public async Task DownloadAsync_ServerSaysNo_ThrowsWithItsAnswer()
    {
        var asked = new List<Uri>();
        using var client = new HttpClient(new Server(request =>
        {
            asked.Add(request.RequestUri!);
            return new HttpResponseMessage(HttpStatusCode.NotFound);
        }));
        var error = await FluentActions.Awaiting(() => Cifar10.DownloadAsync(Folder, client)).Should().ThrowAsync<HttpRequestException>().WithMessage(
            "Expected https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz to be there, but the answer is 404 (Not Found).");
        error.Which.StatusCode.Should().Be(HttpStatusCode.NotFound);
        asked.Should().Equal(new Uri("https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"));
        Directory.Exists(Folder).Should().BeFalse();
    }

    [Fact]
    public async Task DownloadAsync_OtherContent_ThrowsBothChecksums()
    {
        byte[] other = [.. _archive];
        other[^1] ^= 1;
        (await ErrorOf(_archive, Serve(other))).Should()
            .Be($"Expected https://home.invalid/a.tar.gz to have the SHA-256 checksum {Sum(_archive)}, but it has {Sum(other)}.");
    }

    [Fact]
    public async Task DownloadAsync_FewerBytesThanAnnounced_Throws()
    {
        var content = new ByteArrayContent(_archive[..50]);
        content.Headers.ContentLength = _archive.Length;
        (await ErrorOf(_archive, content)).Should()
            .Be($"Expected https://home.invalid/a.tar.gz to have {_archive.Length} bytes, as the server says, but it ends after 50.");
    }

    [Fact]
    public async Task DownloadAsync_ConnectionLost_Throws() =>
        (await ErrorOf(_archive, new StreamContent(new Lost(_archive[..50])))).Should()
            .StartWith("Expected https://home.invalid/a.tar.gz to arrive whole, but it breaks off after 50 bytes: ");

    [Fact]
    public async Task DownloadAsync_ArchiveWithoutAFile_Throws()
    {
        var archive = Pack(("a/data_batch_1.bin", [1]), ("b/test_batch.bin", [2]), ("../test_batch.bin", [3]));
        (await ErrorOf(archive, Serve(archive))).Should().Be("Expected https://home.invalid/a.tar.gz to hold a/test_batch.bin, but it doesn't.");
        Directory.GetFileSystemEntries(_temporary.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task DownloadAsync_Cancelled_LeavesWhatWasThere()
    {
        _temporary.Write("data/notes.txt", 7);
        using var stop = new CancellationTokenSource();
        var download = () => DownloadAsync(_archive, Serve(_archive), new Reports(_ => stop.Cancel()), stop.Token);
        await download.Should().ThrowAsync<OperationCanceledException>();
        Contents().Should().Equal("notes.txt");
    }

    [Fact]
    public async Task DownloadAsync_NoFolderNamed_Throws() =>
        await FluentActions.Awaiting(() => Cifar10.DownloadAsync("")).Should().ThrowAsync<ArgumentException>().WithParameterName("folder");

    private async Task<string> ErrorOf(byte[] expected, HttpContent served)
    {
        var error = await FluentActions.Awaiting(() => DownloadAsync(expected, served)).Should().ThrowExactlyAsync<DataFileException>();
        Directory.Exists(Folder).Should().BeFalse();
        return error.Which.Message;
    }

    private async Task DownloadAsync(
        byte[] expected, HttpContent served, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        using var client = new HttpClient(new Server(_ => new HttpResponseMessage { Content = served }));
        var archive = new DataArchive(new Uri("https://home.invalid/a.tar.gz"), Sum(expected), "a", _files);
        await archive.DownloadAsync(Folder, client, progress, cancellationToken);
    }

    private string[] Contents() => [.. Directory.GetFiles(Folder, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))];

    private static ByteArrayContent Serve(byte[] archive) => new(archive);

    private static string Sum(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static byte[] Pack(params (string Name, byte[] Content)[] files)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var (name, content) in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
            }
        }

        return packed.ToArray();
    }

    private sealed class Server(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer(request));
    }

    // Progress<T> reports later, on another thread.
    private sealed class Reports(Action<long> report) : IProgress<long>
    {
        public void Report(long value) => report(value);
    }

    /// <summary>Gives its bytes, and then breaks as a connection does.</summary>
    private sealed class Lost(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length
                ? base.ReadAsync(buffer, cancellationToken)
                : throw new HttpIOException(HttpRequestError.ResponseEnded);
    }
}
