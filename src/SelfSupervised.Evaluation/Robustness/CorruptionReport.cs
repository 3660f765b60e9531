using SelfSupervised.Evaluation.Reports;

namespace SelfSupervised.Evaluation.Robustness;

/// <summary>Tables and charts of robustness, for an <see cref="HtmlReport"/>.</summary>
public static class CorruptionReport
{
    /// <summary>Accuracies in per cent: clean, each corruption's mean over severities, the groups, and the mean of the common ones.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="results">The classifiers, a column each; all with the same corruptions.</param>
    /// <param name="leastSeverity">The first severity that counts. Default: all.</param>
    /// <returns>The table.</returns>
    /// <exception cref="ArgumentException">There is no result, or the title is empty.</exception>
    /// <exception cref="InvalidOperationException">A classifier was not measured under what the first one was.</exception>
    public static ReportTable Table(string title, IReadOnlyList<(string Name, CorruptionResult Result)> results, int leastSeverity = 1)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (results.Count == 0)
        {
            throw new ArgumentException("Expected `results` to hold at least one, but it is empty.", nameof(results));
        }

        var measured = results[0].Result.Measured;
        var groups = measured.Select(Corruptions.GroupOf).Distinct();
        var rows = new List<TableCell[]> { (TableCell[])["Clean", .. results.Select(one => TableCell.Percent(one.Result.Clean))] };
        foreach (var group in groups)
        {
            rows.Add(Row($"{group}: mean", one => one.Mean(group, leastSeverity)));
            rows.AddRange(measured.Where(one => Corruptions.GroupOf(one) == group).Select(
                corruption => Row($"{group}: {Words(corruption)}", one => one.Mean(corruption, leastSeverity))));
        }

        return new ReportTable(title, results.Select(one => new TableColumn(one.Name)).Prepend(new TableColumn("Accuracy, %")), rows);

        TableCell[] Row(string name, Func<CorruptionResult, double> value) =>
            [name, .. results.Select(one => TableCell.Number(100 * value(one.Result), "F1"))];
    }

    /// <summary>Mean accuracy over the common corruptions by severity, 0 being the clean images.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="results">The classifiers, a line each.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentException">There is no result, or a text is empty.</exception>
    /// <exception cref="InvalidOperationException">No common corruption was measured.</exception>
    public static LineChart Chart(string title, IReadOnlyList<(string Name, CorruptionResult Result)> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        return new LineChart(
            title,
            results.Select(one => new ChartSeries(
                one.Name,
                one.Result.Severities.Select(severity => (double)severity).Prepend(0),
                one.Result.Severities.Select(severity => 100 * one.Result.MeanOfSeverity(severity)).Prepend(100 * one.Result.Clean.Value))),
            "severity",
            "accuracy, %");
    }

    // "ShotNoise" as "shot noise".
    private static string Words(Corruption corruption) =>
        string.Concat(corruption.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $" {letter}" : $"{letter}")).ToLowerInvariant();
}
