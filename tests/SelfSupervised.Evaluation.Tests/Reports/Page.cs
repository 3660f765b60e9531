using System.Xml.Linq;
using SelfSupervised.Evaluation.Reports;

namespace SelfSupervised.Evaluation.Tests.Reports;

/// <summary>A report's page, read back.</summary>
internal static class Page
{
    /// <summary>Text that would do harm, or break a page, wherever it was not escaped.</summary>
    public const string Hostile = "</style></title><script>alert(1)</script>\"' onload='x' & <b> ]]>";

    public static string Of(params ReportPart[] parts)
    {
        var report = new HtmlReport("A run");
        var section = report.Section("A section");
        foreach (var part in parts)
        {
            section.Add(part);
        }

        return report.ToString();
    }

    /// <summary>The part's own element, which is XML once HTML's elements without an end have one.</summary>
    public static XElement Figure(ReportPart part)
    {
        var page = Of(part);
        var (start, end) = (page.IndexOf("<figure", StringComparison.Ordinal), page.IndexOf("</figure>", StringComparison.Ordinal));
        var figure = System.Text.RegularExpressions.Regex.Replace(page[start..(end + 9)], "(<img [^>]*)>", "$1/>");
        return XElement.Parse(figure, LoadOptions.PreserveWhitespace);
    }

    /// <summary>The elements of a name, of a class if one is given.</summary>
    public static XElement[] All(this XElement element, string name, string? style = null) =>
        element.Descendants(name).Where(one => style is null || $"{one.Attribute("class")?.Value}".Split(' ').Contains(style)).ToArray();

    public static XElement One(this XElement element, string name, string? style = null) => element.All(name, style).Should().ContainSingle().Subject;

    public static string Text(this XElement element, string attribute) => element.Attribute(attribute)!.Value;

    /// <summary>The numbers of a path or of an attribute, in order.</summary>
    public static double[] Numbers(string text) => System.Text.RegularExpressions.Regex.Matches(text, @"-?\d+(\.\d+)?")
        .Select(match => double.Parse(match.Value, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
}
