using System.Globalization;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Observers;

/// <summary>Keeps a run as comma-separated values: a row per report.</summary>
/// <remarks>
/// <para>
/// The columns are step, epoch, loss, learning_rate, seconds_per_step, positive_similarity, negative_similarity, effective_rank,
/// alignment, uniformity, and the metrics, sorted by name. Numbers are written in full and in the invariant culture; measures that a
/// report lacks are empty. A row is with the system when <see cref="OnReport"/> returns; between reports the file is closed.
/// </para>
/// <para>
/// A run that starts begins the file anew: rows of an earlier run are gone. A run that resumes at step s keeps the rows up to s;
/// those of later steps, which an interrupted run left, and a last row that was cut short are dropped, by a file that is written
/// aside and renamed. A file that isn't such a table, or on resuming has other metrics, is refused, which ends the run.
/// </para>
/// </remarks>
public sealed class CsvObserver : ITrainingObserver
{
    private const string Separator = ",";
    private static readonly string[] _columns = ["step", "epoch", "loss", "learning_rate", "seconds_per_step", .. Measures.Names];
    private static readonly string _fixedHeader = string.Join(Separator, _columns);

    // Null until the first report of a run, since only that says which metrics there are.
    private string? _header;
    private bool _hasBegun;

    /// <summary>Prepares the file; nothing is written before a run starts.</summary>
    /// <param name="path">Its path. Its folder is made if there is none.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The folder can't be made.</exception>
    public CsvObserver(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Path = System.IO.Path.GetFullPath(path);
        _ = Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path) ?? Path);
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>Adds a row; the first one begins the file if no event did.</summary>
    /// <param name="report">How the run stands.</param>
    /// <exception cref="InvalidDataException">The report has other metrics than the file, or the file is no such table.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public void OnReport(TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (!_hasBegun)
        {
            Begin();
        }

        var metrics = report.Metrics.OrderBy(metric => metric.Key, StringComparer.Ordinal).ToList();
        var header = string.Join(Separator, [_fixedHeader, .. metrics.Select(metric => Quoted(metric.Key))]);
        _header ??= CsvTable.Read(Path, _fixedHeader)?.Header;
        if (_header is not null && _header != header)
        {
            throw new InvalidDataException($"Expected the report of step {report.Step} to have the columns of {Path}, {_header}, but got {header}.");
        }

        double?[] health = report.Health is { } measured ? [.. Measures.Values(measured)] : new double?[Measures.Names.Count];
        double?[] cells =
        [
            report.Step, report.Epoch, report.Loss, report.LearningRate, report.SecondsPerStep, .. health, .. metrics.Select(metric => metric.Value),
        ];
        var row = string.Join(Separator, cells.Select(cell => cell?.ToString(CultureInfo.InvariantCulture))) + "\n";
        File.AppendAllText(Path, _header is null ? $"{header}\n{row}" : row);
        _header = header;
    }

    /// <summary>Begins the file anew when a run starts, and takes it back to the step at which one resumes.</summary>
    /// <param name="happening">What happened.</param>
    /// <exception cref="InvalidDataException">The file is no such table.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public void OnEvent(TrainingEvent happening)
    {
        ArgumentNullException.ThrowIfNull(happening);
        if (happening.Kind == TrainingEventKind.Started)
        {
            Begin();
        }
        else if (happening.Kind == TrainingEventKind.Resumed)
        {
            if (CsvTable.Read(Path, _fixedHeader) is { } table)
            {
                table.TakeBack(happening.Step);
            }
            else
            {
                File.Delete(Path);
            }

            (_hasBegun, _header) = (true, null);
        }
    }

    private void Begin()
    {
        _ = CsvTable.Read(Path, _fixedHeader);
        File.Delete(Path);
        (_hasBegun, _header) = (true, null);
    }

    private static string Quoted(string name) =>
        name.AsSpan().ContainsAny(",\"\r\n") ? $"\"{Measures.Line(name).Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : name;
}
