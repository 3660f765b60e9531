using System.Globalization;
using Samples;
using SelfSupervised.Evaluation.Reports;
using SelfSupervised.Evaluation.Robustness;

namespace ViewmakerSample;

/// <summary>What each way of learning has led to, and what the viewmaker makes of images, on one page.</summary>
internal static class ViewmakerReport
{
    public static void Save(
        string path, SampleOptions options, SampleData data, IReadOnlyList<Arm> arms, IReadOnlyList<Representation> all,
        IReadOnlyList<Representation> onViews, IReadOnlyList<(string Name, CorruptionResult Result)> robust)
    {
        var report = new HtmlReport(
            "Viewmaker",
            $"{data.Train.Count:N0} images of {options.DataName} without labels, {options.TrainingSteps:N0} steps of {options.BatchSize} images for each way of learning, seed {options.Seed}");
        SampleReport.Proof(report, all);
        report.Section("Linear evaluation on views", "As the paper does it: the probe is trained on the viewmaker's views of the training images, and tested on images as they are.")
            .Add(new ReportTable(
                "Accuracy on the test images",
                ["", new TableColumn("Linear probe", BestValue.Highest), new TableColumn("Nearest neighbours", BestValue.Highest)],
                onViews.Select(one => (IReadOnlyList<TableCell>)[one.Name, TableCell.Percent(one.Probe.Test.Top1), TableCell.Percent(one.Knn.Test.Top1)])));
        foreach (var arm in arms.Where(arm => arm.Views is { All.Count: > 0 }))
        {
            Pictures(report, arm);
        }

        if (robust.Count > 0)
        {
            var section = report.Section("Corrupted images", "The probes saw clean images only. Of the test images, five hundred.");
            section.Add(CorruptionReport.Table("Accuracy under the fifteen common corruptions, severities 1, 3 and 5", robust));
            section.Add(CorruptionReport.Chart("Mean accuracy by severity", robust));
        }

        Game(report, arms);
        report.Section("The run").Add(new ReportFacts("Settings",
        [
            ("Data", $"{options.DataName}: {data.Train.Count} images to learn from, {data.Test.Count} to test"),
            ("Encoder", "SmallConvNet, 128 features; head of two layers with batch norm"),
            ("Loss", "NT-Xent, temperature 0.2"),
            ("Viewmaker", "a quarter of the published width, mean absolute change 0.05"),
            ("Expert views", data.View.Operators.Count == 0 ? "none are known" : string.Join(", ", data.View.Operators.Select(one => one.Name))),
            ("Optimisers", "Adam, warm-up and cosine from 0.002, weight decay 1e-6, one for each player"),
            ("Seed", options.Seed.ToString(CultureInfo.InvariantCulture)),
            ("Device", options.Device.ToString()),
            (".NET", Environment.Version.ToString()),
        ]));
        report.Save(path);
    }

    private static void Pictures(HtmlReport report, Arm arm)
    {
        var snapshots = arm.Views!;
        report.Section($"What the viewmaker makes: {arm.Name}").Add(new ImageGrid(
            $"Images, their views over the run, and the differences, {Snapshots.Magnification} times, around gray",
            Enumerable.Range(0, Snapshots.Count).Select(i => new ImageRow(
                null,
                [
                    new ImageCell(snapshots.Images[i], null, ImageMark.Query),
                    .. snapshots.All.Select(one => new ImageCell(one.Views[i])),
                    .. snapshots.All.Select(one => new ImageCell(one.Differences[i])),
                ])))
        {
            ColumnLabels = ["image", .. snapshots.All.Select(one => $"step {one.Step}"), .. snapshots.All.Select(one => $"Δ, step {one.Step}")],
        });
    }

    private static void Game(HtmlReport report, IReadOnlyList<Arm> arms)
    {
        var section = report.Section("The game", "The encoder's loss with each kind of views, and the viewmaker's health. No label is needed for any of it.");
        section.Add(new LineChart("Loss of the encoder", arms.Select(arm => Series(arm, one => one.Loss)), "step", "NT-Xent"));
        section.Add(new LineChart("Effective rank of the embeddings", arms.Select(arm => Series(arm, one => one.Health?.EffectiveRank ?? double.NaN)), "step", "dimensions"));
        var games = arms.Where(arm => arm.Game is not null).ToList();
        section.Add(new LineChart("Loss of the viewmaker", games.Select(arm => Series(arm, one => one.Metrics.GetValueOrDefault("loss (viewmaker)", double.NaN))), "step", "minus NT-Xent"));
        foreach (var (title, metric, unit) in new[]
        {
            ("Budget spent", "budget spent", "share"), ("Change that clamping leaves", "distortion", "mean absolute change"),
            ("Clamped values", "clamped", "share"), ("Diversity of views by noise", "diversity", "from 0 to 1"),
        })
        {
            section.Add(new LineChart(title, games.Select(arm => Series(arm, one => one.Metrics.GetValueOrDefault(metric, double.NaN))), "step", unit));
        }
    }

    private static ChartSeries Series(Arm arm, Func<SelfSupervised.Training.Pretraining.TrainingReport, double> value)
    {
        var reports = arm.Result!.History.Reports;
        return new ChartSeries(arm.Name, [.. reports.Select(one => (double)one.Step)], reports.Select(value));
    }
}
