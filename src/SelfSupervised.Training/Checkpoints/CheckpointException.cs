namespace SelfSupervised.Training.Checkpoints;

/// <summary>A checkpoint is damaged, truncated, of another version, or of something else than what it is to be restored into.</summary>
public sealed class CheckpointException : IOException
{
    /// <summary>Creates the error.</summary>
    /// <param name="path">The file, or the folder.</param>
    /// <param name="reason">What is wrong, to be read after the path.</param>
    /// <param name="innerException">The error behind this one, or null (default).</param>
    public CheckpointException(string path, string reason, Exception? innerException = null)
        : base($"{path} {reason}", innerException) => Path = path;

    /// <summary>The file, or the folder.</summary>
    public string Path { get; }
}
