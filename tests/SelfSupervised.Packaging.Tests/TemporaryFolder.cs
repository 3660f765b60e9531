namespace SelfSupervised.Packaging.Tests;

internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("SelfSupervised.").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
