using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using SelfSupervised.Evaluation.Reports;

namespace SelfSupervised.Evaluation.Tests.Reports;

public sealed class HtmlReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("report").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ToString_Sections_HasHeadingsAndContentsInOrder()
    {
        var report = new HtmlReport("Title", "Subtitle");
        report.Section("One", "Lead");
        report.Section("Two").Add(new ReportText("First.\n\nSecond.\nStill.", "Words"));
        report.ToString().Should().Contain("<title>Title</title>").And.Contain("<header><h1>Title</h1><p>Subtitle</p></header>").And.NotContain("<nav");
        report.Section("Three");
        report.ToString().Should().Contain("<a href=\"#s1\">One</a><a href=\"#s2\">Two</a><a href=\"#s3\">Three</a>")
            .And.Contain("<section id=\"s1\"><h2>One</h2>\n<p class=\"lead\">Lead</p>")
            .And.Contain("<h3>Words</h3></figcaption><div class=\"body\"><p>First.</p><p>Second.\nStill.</p>");
    }

    [Fact]
    public void ToString_EveryPart_AsksNothingOfTheNetwork()
    {
        var page = Page.Of(Everything());
        page.Should().NotContain("://").And.NotContain("url(").And.NotContain("@import").And.NotContain("<script").And.NotContain("<link");
        Regex.Matches(page, " (src|href)=\"([^\"]*)\"").Should().NotBeEmpty()
            .And.OnlyContain(match => match.Groups[2].Value.StartsWith("data:image/png;base64,", StringComparison.Ordinal));
        page.Should().Contain("default-src 'none'");
    }

    [Fact]
    public void ToString_HostileText_IsShownAsText()
    {
        var report = new HtmlReport(Page.Hostile, Page.Hostile);
        for (var i = 0; i < 3; i++)
        {
            var section = report.Section(Page.Hostile, Page.Hostile);
            Array.ForEach(Everything(Page.Hostile), part => section.Add(part));
        }

        var page = report.ToString();
        page.Should().NotContain("<script").And.NotContain("onload='").And.NotContain("]]>");
        Regex.Matches(page, "</style>").Should().ContainSingle("the page closes it itself");
        page.Should().Contain("<h1>&lt;/style&gt;&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39; onload=&#39;x&#39; &amp; &lt;b&gt; ]]&gt;</h1>");
        foreach (var part in Everything(Page.Hostile))
        {
            // Parses as XML, and what it says is what was given.
            Page.Figure(part).One("h3").Value.Should().Be(Page.Hostile);
        }
    }

    [Fact]
    public void ToString_ControlCharactersAndLoneSurrogates_AreReplaced() =>
        Page.Of(new ReportText("a\0b\u001bc\ud800d\u0086e 😀")).Should().Contain("<p>a\ufffdb\ufffdc\ufffdd\ufffde 😀</p>");

    [Fact]
    public void ToString_OtherCulture_IsTheSame()
    {
        var (before, expected) = (CultureInfo.CurrentCulture, Page.Of(Everything()));
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NegativeSign, culture.NumberFormat.PercentSymbol) = (",", "~", "pct");
        try
        {
            CultureInfo.CurrentCulture = culture;
            Page.Of(Everything()).Should().Be(expected);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Save_File_IsWhatTheStreamGets()
    {
        var report = new HtmlReport("Größe – 😀");
        var path = Path.Combine(_folder, "report.html");
        File.WriteAllText(path, new string('x', 100_000));
        report.Save(path);
        using var stream = new MemoryStream();
        report.Write(stream);
        File.ReadAllBytes(path).Should().Equal(stream.ToArray()).And.Equal(Encoding.UTF8.GetBytes(report.ToString()));
        Directory.GetFiles(_folder).Should().Equal(path);
    }

    [Fact]
    public void Save_Fails_LeavesNothingBehind()
    {
        var path = Path.Combine(_folder, "taken");
        Directory.CreateDirectory(path);
        FluentActions.Invoking(() => new HtmlReport("A").Save(path)).Should().Throw<Exception>().Which.Should().Match(e => e is IOException || e is UnauthorizedAccessException);
        FluentActions.Invoking(() => new HtmlReport("A").Save(Path.Combine(_folder, "missing", "a.html"))).Should().Throw<DirectoryNotFoundException>();
        Directory.GetFileSystemEntries(_folder).Should().Equal(path);
    }

    [Fact]
    public void Construction_BadInput_Throws()
    {
        Example.Refuses(() => _ = new HtmlReport(" "), "Expected `title` to be text, but it is empty.*");
        Example.Refuses(() => new HtmlReport("A").Section(""), "Expected `title` to be text, but it is empty.*");
        Example.Refuses(() => new HtmlReport("A").Save(""), "Expected `path` to be text, but it is empty.*");
        Example.Refuses(() => _ = new ReportText(" \n"), "Expected `text` to be text, but it is empty.*");
        Example.Refuses(() => _ = new ReportFacts("A", []), "Expected `facts` to hold at least one fact, but it is empty.*");
        FluentActions.Invoking(() => new HtmlReport(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new HtmlReport("A").Section("B").Add(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new HtmlReport("A").Write(null!)).Should().Throw<ArgumentNullException>();
    }

    private static ReportPart[] Everything(string text = "text")
    {
        var image = new ReportImage([1, 2, 3, 4], 1, 2, 2);
        return
        [
            new ReportText(text, text) { Note = text },
            new ReportFacts(text, [(text, text)]),
            new ReportTable(text, [text, new(text, BestValue.Highest)], [[text, TableCell.Number(-1.5, "F2", text)], [text, TableCell.Percent(new(1, 3))]]),
            new LineChart(text, [new(text, [-1234.5, 2.25]), new(text, [3, 0.5]) { Smoothing = 2 }], text, text) { References = [new(0.5, text)] },
            new LineChart(text, [new(text, [1e-7, 2.5e3])], text, text) { LogY = true, Wide = true },
            new ScatterChart(text, [(0.5, -1.25), (2, 3)], [0, 1], [text, text]) { XLabel = text, YLabel = text },
            new BarChart(text, [new(text, 0.25, -0.125, 0.5)]) { Format = "P1", Reference = new(0.1, text) },
            new ImageGrid(text, [new(text, [new ImageCell(image, text, ImageMark.Mismatch), image])]) { ColumnLabels = [text] },
        ];
    }
}
