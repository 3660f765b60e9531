using System.Globalization;
using SelfSupervised.Training.Internal;

namespace SelfSupervised.Training.Checkpoints;

/// <summary>A run's checkpoints, by step: the latest few of them.</summary>
public sealed class CheckpointFolder
{
    private const string Prefix = "step-";
    private const string Suffix = ".ckpt";

    /// <summary>Opens a folder, and makes it if there is none.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="keep">How many checkpoints are kept, at least 2 (default).</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is too small.</exception>
    public CheckpointFolder(string path, int keep = 2)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Keep = (int)Guard.AtLeast(2, keep, nameof(keep));
        Path = Directory.CreateDirectory(path).FullName;
    }

    /// <summary>The folder's path.</summary>
    public string Path { get; }

    /// <summary>How many checkpoints are kept.</summary>
    public int Keep { get; }

    /// <summary>The checkpoints that are there, the latest first.</summary>
    /// <returns>Steps and paths.</returns>
    public IReadOnlyList<(int Step, string Path)> Checkpoints() =>
    [
        .. Directory.GetFiles(Path, $"{Prefix}*{Suffix}")
            .Select(path => (Step: Step(System.IO.Path.GetFileName(path)), Path: path))
            .Where(entry => entry.Step is not null)
            .Select(entry => (entry.Step!.Value, entry.Path))
            .OrderByDescending(entry => entry.Value),
    ];

    /// <summary>The path of the checkpoint after a step.</summary>
    /// <param name="step">The steps done, at least 0.</param>
    /// <returns>The path.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative.</exception>
    public string PathOf(int step) =>
        System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Guard.AtLeast(0, step, nameof(step)):D9}{Suffix}"));

    /// <summary>Deletes all but the latest few up to a step, and what an interrupted writer left aside.</summary>
    /// <param name="step">The step that the run is at. Checkpoints of later steps, which were refused, are left alone.</param>
    public void Prune(int step)
    {
        foreach (var (_, path) in Checkpoints().Where(entry => entry.Step <= step).Skip(Keep))
        {
            File.Delete(path);
        }

        foreach (var path in Directory.GetFiles(Path, $"{Prefix}*{Suffix}.*.tmp"))
        {
            File.Delete(path);
        }
    }

    private static int? Step(string name) =>
        int.TryParse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - Suffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            ? step
            : null;
}
