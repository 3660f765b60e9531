using Samples;
using SelfSupervised.Core.Methods;
using SelfSupervised.Evaluation.Reports;
using SelfSupervised.Training.Pretraining;
using TorchSharp;
using static TorchSharp.torch;

namespace ViewmakerSample;

/// <summary>What a viewmaker makes of the same images, with the same noise, as it learns.</summary>
internal sealed class Snapshots(AdversarialViews game, SampleData data, SampleOptions options) : ITrainingObserver
{
    /// <summary>The images that are shown.</summary>
    public const int Count = 6;

    private const int Times = 4;
    private readonly int[] _indices = [.. Enumerable.Range(0, Count)];

    /// <summary>For each time the step, the views, and the perturbations magnified, around gray.</summary>
    public List<(int Step, IReadOnlyList<ReportImage> Views, IReadOnlyList<ReportImage> Differences)> All { get; } = [];

    /// <summary>The images themselves.</summary>
    public IReadOnlyList<ReportImage> Images { get; private set; } = [];

    /// <summary>What the differences are multiplied by.</summary>
    public static double Magnification => 5;

    public void OnReport(TrainingReport report)
    {
        if (All.Count < Times && report.Step >= options.TrainingSteps * All.Count / (Times - 1))
        {
            Take(report.Step);
        }
    }

    public void OnEvent(TrainingEvent happening)
    {
    }

    private void Take(int step)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var batch = data.Train.Batch(_indices);
        var views = new SelfSupervised.Core.Viewmaker.LearnedViews(game.Viewmaker, 1);
        var inputs = views.Inputs(batch.ToBytes(options.Device), options.Seed, 0, _indices);
        var output = views.Perturb(inputs, options.Seed, 0, _indices);
        using var factor = Magnification.ToScalar();
        using var gray = 0.5.ToScalar();
        Images = Pictures(inputs);
        All.Add((step, Pictures(output.Views), Pictures(output.Views.sub(inputs).mul(factor).add(gray))));
    }

    // Of more channels than a picture has, three that are apart.
    private static IReadOnlyList<ReportImage> Pictures(Tensor images)
    {
        var channels = images.shape[1];
        var shown = channels is 1 or 3 ? images : images.index_select(1, tensor(new[] { 0, channels / 2, channels - 1 }, device: images.device));
        return ReportImage.Of(shown.clamp(0, 1).cpu());
    }
}
