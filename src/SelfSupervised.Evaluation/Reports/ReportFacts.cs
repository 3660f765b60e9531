using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>Names with their values: settings, seeds, versions, the machine.</summary>
public sealed class ReportFacts : ReportPart
{
    private readonly (string Name, string Value)[] _facts;

    /// <summary>Makes a list of facts, of the page's full width.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="facts">At least one, in the order in which they are shown.</param>
    /// <exception cref="ArgumentException">There is no fact, or the title or a name is empty.</exception>
    public ReportFacts(string title, IEnumerable<(string Name, string Value)> facts)
        : base(Require.Words(title))
    {
        _facts = Require.Some(facts, "fact");
        foreach (var fact in _facts)
        {
            Require.Words(fact.Name);
        }

        Wide = true;
    }

    private protected override string Kind => "facts";

    private protected override void WriteContent(HtmlWriter html)
    {
        html.Add($"<dl>");
        foreach (var (name, value) in _facts)
        {
            html.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>");
        }

        html.Add($"</dl>");
    }
}
