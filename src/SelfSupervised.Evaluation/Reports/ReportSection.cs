using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>A section of an <see cref="HtmlReport"/>: a heading, what is to be seen, and the parts that show it.</summary>
public sealed class ReportSection
{
    private readonly List<ReportPart> _parts = [];

    internal ReportSection(string title, string? lead) => (Title, Lead) = (Require.Words(title), lead);

    /// <summary>The heading.</summary>
    public string Title { get; }

    /// <summary>The text below the heading, if there is one.</summary>
    public string? Lead { get; }

    /// <summary>Adds a part after those that are there.</summary>
    /// <param name="part">The part.</param>
    /// <returns>This section.</returns>
    public ReportSection Add(ReportPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        _parts.Add(part);
        return this;
    }

    internal void Write(HtmlWriter html, string id)
    {
        html.Add($"<section id=\"{id}\"><h2>{Title}</h2>\n");
        if (!string.IsNullOrWhiteSpace(Lead))
        {
            html.Add($"<p class=\"lead\">{Lead}</p>\n");
        }

        if (_parts.Count > 0)
        {
            html.Add($"<div class=\"parts\">\n");
            _parts.ForEach(part => part.Write(html));
            html.Add($"</div>");
        }

        html.Add($"</section>\n");
    }
}
