namespace SelfSupervised.Data.Files;

/// <summary>A file is not what it should be: truncated, too long, of another format, or with values that make no sense.</summary>
public sealed class DataFileException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="file">The file's path, and, for an archive, what in it is wrong.</param>
    /// <param name="expected">What it should do, to be read after "Expected (file) to".</param>
    /// <param name="found">What it does, to be read after ", but it".</param>
    /// <param name="innerException">The error behind this one, or null (default).</param>
    public DataFileException(string file, string expected, string found, Exception? innerException = null)
        : base($"Expected {file} to {expected}, but it {found}.", innerException) => File = file;

    /// <summary>The file's path, and, for an archive, what in it is wrong.</summary>
    public string File { get; }
}
