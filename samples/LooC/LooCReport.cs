using System.Globalization;
using Samples;
using SelfSupervised.Evaluation.Neighbours;
using SelfSupervised.Evaluation.Reports;
using TorchSharp;

namespace LooCSample;

/// <summary>What each way of learning keeps and what it forgets, at a glance.</summary>
internal static class LooCReport
{
    private const int Queries = 8;
    private const int Shown = 8;

    public static void Save(string path, SampleOptions options, FactorData data, Study study)
    {
        var seeds = options.Smoke ? 1 : Study.Seeds;
        var report = new HtmlReport(
            "What should not be contrastive",
            $"{options.TrainImages:N0} sprites without labels, {options.TrainingSteps:N0} steps of {options.BatchSize} images, {seeds} seeds");
        Claim(report, study);
        if (study.Spaces is { } spaces)
        {
            report.Section("Which space knows what", "LooC++ has a branch for each space: \"all\" is invariant to everything, the others each keep one augmentation. Of the first seed.")
                .Add(spaces.Table("Linear probes on each branch of LooC++, and on every concatenation"));
        }

        var gallery = report.Section("Nearest neighbours", "Of the same test images in each representation, first seed. Framed green: the same colour and rotation.");
        foreach (var way in new[] { "MoCo", "MoCo + colour + rotation", "LooC", "LooC++" })
        {
            gallery.Add(Neighbours(way, data, study));
        }

        report.Section("The run").Add(new ReportFacts("Settings",
        [
            ("Data", $"sprites: {options.TrainImages} to learn from, {options.TestImages} to test; hearts, triangles and ellipses in 24 colours and 4 quarter turns"),
            ("Views", string.Join(", ", data.All.Operators.Select(one => one.Name))),
            ("Encoder", "SmallConvNet, 128 features; LooC++ and MoCo++ have its last stage three times"),
            ("Momentum", "0.9, queues of 4 batches, temperature 0.2"),
            ("Probes", "linear, on the features that all spaces share; LooC++'s are its branches' together"),
            ("First seed", options.Seed.ToString(CultureInfo.InvariantCulture)),
            (".NET", Environment.Version.ToString()),
        ]));
        report.Save(path);
    }

    private static void Claim(HtmlReport report, Study study)
    {
        var section = report.Section(
            "What was kept", "MoCo with colour and rotation among its augmentations can't tell them any more. LooC has the same augmentations and keeps both.");
        section.Add(new ReportTable(
            "Linear probes of three factors, per cent",
            FactorData.FactorNames.Select(factor => new TableColumn(factor, BestValue.Highest)).Prepend(new TableColumn("Learned by")),
            Study.Ways.Select(way => (IReadOnlyList<TableCell>)
            [
                way,
                .. FactorData.FactorNames.Select(factor => study.Accuracy(way, factor)).Select(one => TableCell.Number(
                    100 * one.Mean, "F1", one.Count == 1 ? null : string.Create(CultureInfo.InvariantCulture, $"± {100 * one.HalfWidth:F1}"))),
            ]))
        {
            Note = "Means over the seeds, with 95 % intervals of Student's t. A half of the ellipses' rotations can't be told apart: an ellipse turned by half is the same.",
        });
        foreach (var factor in FactorData.FactorNames)
        {
            section.Add(new BarChart(char.ToUpperInvariant(factor[0]) + factor[1..], Study.Ways.Select(way =>
            {
                var one = study.Accuracy(way, factor);
                return one.Count == 1 ? new Bar(way, one.Mean) : new Bar(way, one.Mean, one.Mean - one.HalfWidth, one.Mean + one.HalfWidth);
            })));
        }
    }

    private static ImageGrid Neighbours(string way, FactorData data, Study study)
    {
        var (_, found) = NearestNeighbours.Within(study.TestFeatures[way], Shown);
        using var places = found.data<long>();
        var nearest = places.ToArray().Chunk(Shown).ToArray();
        var test = data.Images.Test;
        var colours = test.Factors.Single(one => one.Name == "colour").Values.ToArray();
        var turns = test.Factors.Single(one => one.Name == "orientation").Values.ToArray();
        return new ImageGrid(way, Enumerable.Range(0, Queries).Select(query => new ImageRow(
            null,
            [
                new ImageCell(Picture(query), null, ImageMark.Query),
                .. nearest[query].Select(place => new ImageCell(
                    Picture((int)place),
                    null,
                    colours[(int)place] == colours[query] && turns[(int)place] == turns[query] ? ImageMark.Match : ImageMark.Mismatch)),
            ])));

        ReportImage Picture(int index) => SampleReport.Picture(test, index);
    }
}
