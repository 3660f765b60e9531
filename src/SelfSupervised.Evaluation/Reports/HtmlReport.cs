using System.Text;
using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>A page that shows a run and its evaluation: one HTML file that needs nothing else.</summary>
/// <remarks>
/// The file holds its style, its charts as SVG and its images as PNG; it has no script and asks no network, and its policy
/// forbids both. It follows the reader's light or dark mode and prints in light. The same content gives the same bytes, on
/// every machine and in every culture. Not to be used by several threads at once.
/// </remarks>
/// <example><code>
/// var report = new HtmlReport("SimCLR on sprites", "200 epochs, seed 1");
/// report.Section("Training").Add(new LineChart("Loss", [new ChartSeries("loss", losses)], "epoch", "nats"));
/// report.Save("report.html");
/// </code></example>
public sealed class HtmlReport
{
    private const int SectionsWithContents = 3;
    private static readonly Lazy<string> _style = new(ReadStyle);
    private readonly List<ReportSection> _sections = [];

    /// <summary>Makes a report without sections.</summary>
    /// <param name="title">The page's title and its first heading.</param>
    /// <param name="subtitle">The line below it. Default: none.</param>
    /// <exception cref="ArgumentException">The title is empty.</exception>
    public HtmlReport(string title, string? subtitle = null) => (Title, Subtitle) = (Require.Words(title), subtitle);

    /// <summary>The page's title.</summary>
    public string Title { get; }

    /// <summary>The line below the title, if there is one.</summary>
    public string? Subtitle { get; }

    /// <summary>Adds a section after those that are there. From three sections on, the page begins with links to them.</summary>
    /// <param name="title">The section's heading.</param>
    /// <param name="lead">The text below it. Default: none.</param>
    /// <returns>The section, to which parts are added.</returns>
    /// <exception cref="ArgumentException">The title is empty.</exception>
    public ReportSection Section(string title, string? lead = null)
    {
        var section = new ReportSection(title, lead);
        _sections.Add(section);
        return section;
    }

    /// <summary>The page.</summary>
    /// <returns>HTML.</returns>
    public override string ToString()
    {
        var html = new HtmlWriter();
        html.Add($"<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
        html.Add($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n");
        html.Add($"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        html.Add($"<meta name=\"color-scheme\" content=\"light dark\">\n<title>{Title}</title>\n<style>\n").Raw(_style.Value);
        html.Add($"</style></head>\n<body><main>\n<header><h1>{Title}</h1>");
        if (!string.IsNullOrWhiteSpace(Subtitle))
        {
            html.Add($"<p>{Subtitle}</p>");
        }

        html.Add($"</header>\n");
        WriteContents(html);
        for (var i = 0; i < _sections.Count; i++)
        {
            _sections[i].Write(html, $"s{Numbers.Integer(i + 1)}");
        }

        return html.Add($"</main></body></html>\n").ToString();
    }

    /// <summary>Writes the page to a stream, as UTF-8 without a byte-order mark.</summary>
    /// <param name="stream">Is left open, behind what was written.</param>
    public void Write(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(Encoding.UTF8.GetBytes(ToString()));
    }

    /// <summary>Writes the page to a file, in place of one that is there: a reader sees the old page or the new one, never a part.</summary>
    /// <param name="path">The file; its folder must exist.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be written; what was there before is untouched.</exception>
    public void Save(string path)
    {
        var target = Path.GetFullPath(Require.Words(path));
        var aside = $"{target}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write))
            {
                Write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, target, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }

    private static string ReadStyle()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private void WriteContents(HtmlWriter html)
    {
        if (_sections.Count >= SectionsWithContents)
        {
            html.Add($"<nav aria-label=\"Contents\">");
            for (var i = 0; i < _sections.Count; i++)
            {
                html.Add($"<a href=\"#s{i + 1}\">{_sections[i].Title}</a>");
            }

            html.Add($"</nav>\n");
        }
    }
}
