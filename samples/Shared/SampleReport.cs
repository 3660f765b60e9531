using System.Globalization;
using SelfSupervised.Core.Views;
using SelfSupervised.Data;
using SelfSupervised.Evaluation.Geometry;
using SelfSupervised.Evaluation.Neighbours;
using SelfSupervised.Evaluation.Reports;
using SelfSupervised.Training.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace Samples;

/// <summary>Puts a run and its proof on one page.</summary>
public static class SampleReport
{
    public static void Save(
        string path, SampleOptions options, SampleData data, ReportTexts texts, TrainingResult run, IReadOnlyList<Representation> all)
    {
        var report = new HtmlReport(
            texts.Method, $"{data.Train.Count:N0} images of {options.DataName} without labels, {run.Steps:N0} steps of {options.BatchSize} images, seed {options.Seed}");
        Proof(report, all);
        Learning(report, texts, run.History);
        Pictures(report, data, options, all[0]);
        report.Section("The run").Add(new ReportFacts("Settings",
        [
            ("Data", $"{options.DataName}: {data.Train.Count} images to learn from, {data.Test.Count} to test"),
            ("Encoder", "SmallConvNet, 128 features"),
            .. texts.Settings,
            ("Views", string.Join(", ", data.View.Operators.Select(one => one.Name))),
            ("Optimiser", "Adam, warm-up and cosine from 0.002, weight decay 1e-6"),
            ("Seed", options.Seed.ToString(CultureInfo.InvariantCulture)),
            ("Device", options.Device.ToString()),
            (".NET", Environment.Version.ToString()),
        ]));
        report.Save(path);
    }

    /// <summary>The table of what can be read from each representation, its bars and its spectra.</summary>
    public static void Proof(HtmlReport report, IReadOnlyList<Representation> all)
    {
        var section = report.Section(
            "What was learned",
            "The labels were not used in training. Here they only tell how well the classes can be read from each representation of the test images.");
        section.Add(new ReportTable(
            "Accuracy on the test images",
            ["", new TableColumn("Linear probe", BestValue.Highest), new TableColumn("Nearest neighbours", BestValue.Highest), "Effective rank", "Dimensions"],
            all.Select(one => (IReadOnlyList<TableCell>)
            [
                one.Name,
                TableCell.Percent(one.Probe.Test.Top1),
                TableCell.Percent(one.Knn.Test.Top1),
                TableCell.Number(one.Spectrum.EffectiveRank, "F1"),
                TableCell.Number(one.Probe.Dimension, "F0"),
            ]))
        {
            Note = string.Create(CultureInfo.InvariantCulture, $"With 95 % intervals of the test images. {Protocol(all)}"),
        });
        section.Add(new BarChart("Linear probe", all.Select(one => Bar.Of(one.Name, one.Probe.Test.Top1))));
        section.Add(new LineChart(
            "Spectrum of the representations", all.Select(one => Scaled(one)), "rank", "singular value, of the largest")
        { LogY = true });
    }

    // What the numbers rest on, as the results say it themselves.
    private static string Protocol(IReadOnlyList<Representation> all)
    {
        var (probe, knn) = (all[0].Probe, all[0].Knn);
        var stopped = all.Where(one => !one.Probe.Fit.Converged).Select(one => one.Name).ToList();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Linear probe: features standardised, the penalty picked from {string.Join(", ", probe.Options.L2)} on {probe.HeldOutCount} of {probe.TrainCount} training images, then fitted on all. ")
            + string.Create(CultureInfo.InvariantCulture, $"Nearest neighbours: {knn.Options.Neighbours}, weighted, temperature {knn.Options.Temperature}. ")
            + (stopped.Count == 0 ? "All fits converged." : $"Stopped after {probe.Options.MaxIterations} steps before converging: {string.Join(", ", stopped)}.");
    }

    private static void Learning(HtmlReport report, ReportTexts texts, TrainingHistory history)
    {
        var steps = history.Reports.Select(one => (double)one.Step).ToArray();
        var section = report.Section("Learning", "None of these curves needs a label.");
        section.Add(new LineChart("Loss", [new ChartSeries(texts.Loss, steps, history.Reports.Select(one => one.Loss))], "step", "loss")
        {
            References = [new ReferenceLine(texts.Chance, $"chance, {texts.ChanceFormula}")],
        });
        foreach (var metric in history.Reports.SelectMany(one => one.Metrics.Keys).Distinct())
        {
            section.Add(new LineChart(
                $"{char.ToUpperInvariant(metric[0])}{metric[1..]}",
                [new ChartSeries(metric, steps, history.Reports.Select(one => one.Metrics.GetValueOrDefault(metric, double.NaN))) { Smoothing = 5 }],
                "step",
                metric));
        }

        section.Add(new LineChart(
            "Cosine similarity",
            [Health("two views of an image", one => one.PositiveSimilarity), Health("different images", one => one.NegativeSimilarity)],
            "step",
            "similarity"));
        section.Add(new LineChart("Effective rank of the embeddings", [Health("effective rank", one => one.EffectiveRank)], "step", "dimensions"));
        section.Add(new LineChart(
            "Alignment and uniformity", [Health("alignment", one => one.Alignment), Health("uniformity", one => one.Uniformity)], "step", "lower is better"));

        ChartSeries Health(string name, Func<RepresentationHealth, double> measure) =>
            new(name, steps, history.Reports.Select(one => one.Health is { } health ? measure(health) : double.NaN));
    }

    private static void Pictures(HtmlReport report, SampleData data, SampleOptions options, Representation learned)
    {
        using var scope = NewDisposeScope();
        var section = report.Section("Images");
        int[] some = [.. Enumerable.Range(0, 8)];
        using var batch = data.Train.Batch(some);
        var images = batch.ToBytes();
        var plan = ViewPlan.Repeated(data.View, 5);
        var views = plan.Apply(images, options.Seed, step: 0, some).Select(ReportImage.Of).ToList();
        section.Add(new ImageGrid(
            "Images and their views",
            some.Select(i => new ImageRow(null, [new ImageCell(Picture(data.Train, i), null, ImageMark.Query), .. views.Select(view => new ImageCell(view[i]))])))
        {
            ColumnLabels = ["image", .. Enumerable.Range(1, 5).Select(view => $"view {view}")],
        });
        section.Add(Neighbours(data.Test, learned.Test));

        var (count, labels) = (Math.Min(2000, data.Test.Count), data.Test.Labels!);
        var features = learned.Test.narrow(0, 0, count);
        section.Add(ScatterChart.Of(
            "The learned representation in two dimensions",
            PrincipalComponents.Of(features).Project(features),
            tensor(labels.Values[..count].ToArray(), dtype: int64),
            Enumerable.Range(0, labels.Cardinality).Select(labels.NameOf)));
    }

    private static ImageGrid Neighbours(ImageSet set, Tensor features)
    {
        var labels = set.Labels!;
        var (_, found) = NearestNeighbours.Within(features, 8);
        using var places = found.data<long>();
        var nearest = places.ToArray().Chunk(8).ToArray();

        // One query per class.
        var queries = Enumerable.Range(0, labels.Cardinality).Select(one => labels.Values.IndexOf(one)).Where(index => index >= 0).Take(10);
        return new ImageGrid(
            "Nearest neighbours among the test images",
            queries.Select(query => new ImageRow(
                labels.NameOf(labels.Values[query]),
                [
                    new ImageCell(Picture(set, query), null, ImageMark.Query),
                    .. nearest[query].Select(place => new ImageCell(
                        Picture(set, (int)place), null, labels.Values[(int)place] == labels.Values[query] ? ImageMark.Match : ImageMark.Mismatch)),
                ])));
    }

    private static ChartSeries Scaled(Representation one)
    {
        var values = one.Spectrum.Values.Take(128).Select(value => value / one.Spectrum.Values[0]).Select(value => value > 1e-8 ? value : double.NaN);
        return new ChartSeries(one.Name, values);
    }

    /// <summary>An image of a set.</summary>
    public static ReportImage Picture(ImageSet set, int index)
    {
        var bytes = new byte[set.Shape.Size];
        set.Read(index, bytes);
        return new ReportImage(bytes, set.Shape.Channels, set.Shape.Height, set.Shape.Width);
    }
}
