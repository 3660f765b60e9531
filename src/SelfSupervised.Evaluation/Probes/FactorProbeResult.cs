using SelfSupervised.Evaluation.Reports;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>What <see cref="FactorProbes"/> found: how well each factor can be read off each representation.</summary>
public sealed class FactorProbeResult
{
    private readonly LinearProbeResult[,] _probes;

    internal FactorProbeResult(string[] representations, string[] factors, LinearProbeResult[,] probes) =>
        (Representations, Factors, _probes) = (representations, factors, probes);

    /// <summary>The names of the representations, in order.</summary>
    public IReadOnlyList<string> Representations { get; }

    /// <summary>The names of the factors, in order.</summary>
    public IReadOnlyList<string> Factors { get; }

    /// <summary>One probe.</summary>
    /// <param name="representation">The representation's name.</param>
    /// <param name="factor">The factor's name.</param>
    /// <returns>Accuracy with its interval, and the protocol.</returns>
    /// <exception cref="KeyNotFoundException">There is no such name.</exception>
    public LinearProbeResult this[string representation, string factor] => _probes[Place(Representations, representation), Place(Factors, factor)];

    /// <summary>The representation that a factor can be read off best, of equals the first.</summary>
    /// <param name="factor">The factor's name.</param>
    /// <returns>Its name.</returns>
    /// <exception cref="KeyNotFoundException">There is no such name.</exception>
    public string Best(string factor) => Representations.MaxBy(representation => this[representation, factor].Test.Top1.Value)!;

    /// <summary>Accuracies in per cent with their intervals: a row for each representation, a column for each factor, the best of each emphasised.</summary>
    /// <param name="title">The heading.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">The title is empty.</exception>
    public ReportTable Table(string title) => new(
        title,
        Factors.Select(factor => new TableColumn(factor, BestValue.Highest)).Prepend(new TableColumn("Representation")),
        Representations.Select(representation => (TableCell[])
            [representation, .. Factors.Select(factor => TableCell.Percent(this[representation, factor].Test.Top1))]));

    private static int Place(IReadOnlyList<string> names, string name)
    {
        for (var i = 0; i < names.Count; i++)
        {
            if (names[i] == name)
            {
                return i;
            }
        }

        throw new KeyNotFoundException($"Expected one of {string.Join(", ", names)}, but got {name}.");
    }
}
