using System.Globalization;

namespace SelfSupervised.Training.Observers;

/// <summary>The rows of a <see cref="CsvObserver"/>'s file, each with its step.</summary>
internal sealed class CsvTable
{
    private readonly string _path;
    private readonly bool _isCut;
    private readonly IReadOnlyList<(int Step, string Line)> _rows;

    private CsvTable(string path, string header, IReadOnlyList<(int Step, string Line)> rows, bool isCut) =>
        (_path, Header, _rows, _isCut) = (path, header, rows, isCut);

    public string Header { get; }

    /// <summary>Reads the file: null if there is none, or it has no whole line.</summary>
    /// <exception cref="InvalidDataException">It doesn't begin with the columns, or a row doesn't begin with a step.</exception>
    public static CsvTable? Read(string path, string columns)
    {
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        var (header, last) = (lines[0], lines[^1]);
        var isTable = header == columns || header.StartsWith(columns + ",", StringComparison.Ordinal);
        if (lines.Count == 1)
        {
            // Cut short within its header, or foreign.
            return isTable || columns.StartsWith(header, StringComparison.Ordinal) ? null : throw Foreign(path, columns);
        }

        return isTable
            ? new CsvTable(path, header, [.. lines.Skip(1).SkipLast(1).Select((line, index) => (Step(path, line, index + 2), line))], last.Length > 0)
            : throw Foreign(path, columns);
    }

    /// <summary>Drops the rows of later steps, and a last one that was cut short.</summary>
    public void TakeBack(int step)
    {
        var kept = _rows.Where(row => row.Step <= step).Select(row => row.Line).ToList();
        if (kept.Count == _rows.Count && !_isCut)
        {
            return;
        }

        var aside = $"{_path}.{Guid.NewGuid():N}.tmp";
        try
        {
            File.WriteAllText(aside, string.Concat(kept.Prepend(Header).Select(line => line + "\n")));
            File.Move(aside, _path, overwrite: true);
        }
        finally
        {
            File.Delete(aside);
        }
    }

    private static int Step(string path, string line, int number) =>
        int.TryParse(line.Split(',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            ? step
            : throw new InvalidDataException($"Expected line {number} of {path} to begin with a step, but it is \"{line}\".");

    private static InvalidDataException Foreign(string path, string columns) =>
        new($"Expected {path} to be the table of a run, and to begin with {columns}, but it does not: take another path.");
}
