namespace SelfSupervised.Data.Tests.Files;

/// <summary>A folder that is gone after the test, and files in it.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("SelfSupervised.").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, params byte[] bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(name))!);
        System.IO.File.WriteAllBytes(File(name), bytes);
        return File(name);
    }

    /// <summary>Writes a file of zeros of any size, which take no room on the disk, with some bytes set.</summary>
    public string WriteSparse(string name, long length, params (long At, byte[] Bytes)[] parts)
    {
        Write(name);
        using var file = System.IO.File.OpenWrite(File(name));
        file.SetLength(length);
        foreach (var (at, bytes) in parts)
        {
            file.Position = at;
            file.Write(bytes);
        }

        return File(name);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
