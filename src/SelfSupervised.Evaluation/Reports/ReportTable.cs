using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>A table. The first cell of each row is its heading; columns of numbers are aligned to the right.</summary>
public sealed class ReportTable : ReportPart
{
    private readonly TableColumn[] _columns;
    private readonly TableCell[][] _rows;

    /// <summary>Makes a table of the page's full width.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="columns">At least one.</param>
    /// <param name="rows">At least one, each with a cell for each column.</param>
    /// <exception cref="ArgumentException">There is no column or row, a row has another number of cells, or the title is empty.</exception>
    public ReportTable(string title, IEnumerable<TableColumn> columns, IEnumerable<IReadOnlyList<TableCell>> rows)
        : base(Require.Words(title))
    {
        _columns = Require.Some(columns, "column");
        _rows = Require.Some(rows, "row").Select(row => row.ToArray()).ToArray();
        for (var i = 0; i < _rows.Length; i++)
        {
            if (_rows[i].Length != _columns.Length)
            {
                throw new ArgumentException(
                    $"Expected each of `rows` to have {_columns.Length} cells like `columns`, but row {i} has {_rows[i].Length}.", nameof(rows));
            }

            Require.Some(_rows[i], "cell", nameof(rows));
        }

        Wide = true;
    }

    private protected override string Kind => "table";

    private protected override void WriteContent(HtmlWriter html)
    {
        var best = _columns.Select(Best).ToArray();
        html.Add($"<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{Title}\"><table><thead><tr>");
        for (var column = 0; column < _columns.Length; column++)
        {
            html.Add($"<th scope=\"col\" class=\"{Style(column)}\">{_columns[column].Name}</th>");
        }

        html.Add($"</tr></thead><tbody>");
        foreach (var row in _rows)
        {
            html.Add($"<tr>");
            for (var column = 0; column < row.Length; column++)
            {
                WriteCell(html, row[column], column, row[column].Value == best[column]);
            }

            html.Add($"</tr>");
        }

        html.Add($"</tbody></table></div>");
    }

    private void WriteCell(HtmlWriter html, TableCell cell, int column, bool best)
    {
        _ = column == 0 ? html.Add($"<th scope=\"row\" class=\"{Style(column)}\">") : html.Add($"<td class=\"{Style(column)}\">");
        _ = best ? html.Add($"<strong>{cell.Text}</strong>") : html.Add($"{cell.Text}");
        if (cell.Interval is not null)
        {
            html.Add($" <small>{cell.Interval}</small>");
        }

        _ = column == 0 ? html.Add($"</th>") : html.Add($"</td>");
    }

    private string Style(int column) => _rows.Any(row => row[column].Value is not null) ? "number" : "words";

    // NaN, which equals nothing, where a column has no best.
    private double Best(TableColumn column, int index)
    {
        var values = _rows.Select(row => row[index].Value ?? double.NaN).Where(double.IsFinite).DefaultIfEmpty(double.NaN);
        return column.Best switch { BestValue.Highest => values.Max(), BestValue.Lowest => values.Min(), _ => double.NaN };
    }
}
