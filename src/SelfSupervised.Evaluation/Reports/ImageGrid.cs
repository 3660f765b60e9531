using SelfSupervised.Evaluation.Internal;
using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>Rows of small images, enlarged without blurring: views of an image, a query with its neighbours.</summary>
public sealed class ImageGrid : ReportPart
{
    private readonly ImageRow[] _rows;

    /// <summary>Makes a grid of the page's full width.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="rows">At least one.</param>
    /// <exception cref="ArgumentException">There is no row, or the title is empty.</exception>
    public ImageGrid(string title, IEnumerable<ImageRow> rows)
        : base(Require.Words(title)) => (_rows, Wide) = (Require.Some(rows, "row"), true);

    /// <summary>The headings of the columns, at most as many as the longest row has images. Default: none.</summary>
    /// <exception cref="ArgumentException">There are more headings than columns.</exception>
    public IReadOnlyList<string> ColumnLabels
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(ColumnLabels));
            if (value.Count > Columns)
            {
                throw new ArgumentException($"Expected `ColumnLabels` to hold at most {Columns} texts, one a column, but got {value.Count}.", nameof(ColumnLabels));
            }

            field = [.. value];
        }
    } = [];

    /// <summary>The width of an image on the page, in CSS pixels from 8 to 1024. Default 64.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int ImageWidth
    {
        get;
        init
        {
            Guard.Between(value, 8, 1024, nameof(ImageWidth), "in CSS pixels");
            field = value;
        }
    } = 64;

    private protected override string Kind => "images";

    private int Columns => _rows.Max(row => row.Cells.Count);

    private bool HasRowLabels => _rows.Any(row => row.Label is not null);

    private protected override void WriteContent(HtmlWriter html)
    {
        html.Add($"<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{Title}\"><table>");
        if (ColumnLabels.Count > 0)
        {
            html.Add($"<thead><tr>");
            _ = HasRowLabels ? html.Add($"<td></td>") : html;
            foreach (var label in ColumnLabels)
            {
                html.Add($"<th scope=\"col\">{label}</th>");
            }

            html.Add($"</tr></thead>");
        }

        html.Add($"<tbody>");
        foreach (var row in _rows)
        {
            WriteRow(html, row);
        }

        html.Add($"</tbody></table></div>");
    }

    private static string? Sign(ImageMark mark) => mark switch { ImageMark.Match => "✓", ImageMark.Mismatch => "✗", _ => null };

    private static string Style(ImageMark mark) => mark switch
    {
        ImageMark.Query => "query",
        ImageMark.Match => "match",
        ImageMark.Mismatch => "mismatch",
        _ => "plain",
    };

    private void WriteRow(HtmlWriter html, ImageRow row)
    {
        html.Add($"<tr>");
        if (HasRowLabels)
        {
            html.Add($"<th scope=\"row\">{row.Label}</th>");
        }

        for (var column = 0; column < row.Cells.Count; column++)
        {
            WriteCell(html, row, column);
        }

        html.Add($"</tr>");
    }

    // One PNG for each image rather than a sheet: each has its own description, and browsers print it.
    private void WriteCell(HtmlWriter html, ImageRow row, int column)
    {
        var (image, caption, mark) = row.Cells[column];
        var height = Math.Max(1, (int)Math.Round((double)ImageWidth * image.Height / image.Width));
        var place = column < ColumnLabels.Count ? ColumnLabels[column] : $"image {Numbers.Integer(column + 1)}";
        var description = string.Join(", ", new[] { row.Label, place, caption, mark == ImageMark.None ? null : Style(mark) }.Where(text => text is not null));
        html.Add($"<td><img class=\"{Style(mark)}\" width=\"{ImageWidth}\" height=\"{height}\" alt=\"{description}\" src=\"data:image/png;base64,");
        html.Raw(image.Base64).Add($"\">");
        if (caption is not null || Sign(mark) is not null)
        {
            html.Add($"<p aria-hidden=\"true\"><b class=\"{Style(mark)}\">{Sign(mark)}</b> {caption}</p>");
        }

        html.Add($"</td>");
    }
}
