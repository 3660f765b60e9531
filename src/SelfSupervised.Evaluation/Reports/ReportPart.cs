using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>Something that a section of an <see cref="HtmlReport"/> shows: a chart, a table, images, text.</summary>
/// <remarks>A part does not change, and can be shown more than once. Whatever text it is given is shown as it is, never read as markup.</remarks>
public abstract class ReportPart
{
    private protected ReportPart(string? title) => Title = title;

    /// <summary>The heading above the part; null if it has none.</summary>
    public string? Title { get; }

    /// <summary>A remark below the part. Default: none.</summary>
    public string? Note { get; init; }

    /// <summary>
    /// Whether the part takes the page's full width; otherwise two stand side by side where they fit. Default: what suits
    /// the kind of part.
    /// </summary>
    public bool Wide { get; init; }

    private protected abstract string Kind { get; }

    internal void Write(HtmlWriter html)
    {
        html.Add($"<figure class=\"{Kind}{(Wide ? " wide" : "")}\">");
        if (Title is not null)
        {
            html.Add($"<figcaption><h3>{Title}</h3></figcaption>");
        }

        WriteLegend(html);
        html.Add($"<div class=\"body\">");
        WriteContent(html);
        if (!string.IsNullOrWhiteSpace(Note))
        {
            html.Add($"<p class=\"note\">{Note}</p>");
        }

        html.Add($"</div></figure>\n");
    }

    private protected virtual void WriteLegend(HtmlWriter html)
    {
    }

    private protected abstract void WriteContent(HtmlWriter html);
}
