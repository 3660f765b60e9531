using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>Running text.</summary>
public sealed class ReportText : ReportPart
{
    private readonly string[] _paragraphs;

    /// <summary>Makes a text of the page's full width.</summary>
    /// <param name="text">An empty line parts two paragraphs.</param>
    /// <param name="title">The heading. Default: none.</param>
    /// <exception cref="ArgumentException">The text is empty.</exception>
    public ReportText(string text, string? title = null)
        : base(title)
    {
        _paragraphs = Require.Words(text).ReplaceLineEndings("\n")
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Wide = true;
    }

    private protected override string Kind => "text";

    private protected override void WriteContent(HtmlWriter html)
    {
        foreach (var paragraph in _paragraphs)
        {
            html.Add($"<p>{paragraph}</p>");
        }
    }
}
