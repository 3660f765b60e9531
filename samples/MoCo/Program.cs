// MoCo from end to end: a view's query finds its key among those of many batches before, which a slowly moving copy has made.
using Samples;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Views;
using static TorchSharp.torch;

if (!SampleOptions.TryRead(new SampleDefaults("MoCo", Steps: 1200), args, out var options, out var data, out var exitCode))
{
    return exitCode;
}

// In a run as short as this one the encoder changes fast: its copy follows faster than the published 0.999, and the queue is short, or
// its keys would be told from new ones by their age.
const double momentum = 0.9;
var settings = new MoCoOptions
{
    QueueCapacity = 4 * options.BatchSize,
    Momentum = MomentumSchedule.Constant(momentum),
    Temperature = 0.2,
    ExcludeSameImage = true,
};
using var method = new MoCo(
    () => SampleData.Encoder(options.Seed), () => Head(options.Seed), ViewPlan.TwoViews(data.View), settings, options.Seed);
return SampleRun.Of(options, data, method, new ReportTexts(
    "MoCo",
    "InfoNCE",
    Math.Log(1 + settings.QueueCapacity),
    "ln(1 + K)",
    [
        ("Head", "two layers with batch norm, 128 outputs"),
        ("Loss", $"InfoNCE against a queue of {settings.QueueCapacity} keys, temperature {settings.Temperature}"),
        ("Key encoder", $"momentum {momentum}"),
    ]));

static ProjectionHead Head(int seed)
{
    using var weights = new Generator((ulong)seed + 1);
    return ProjectionHead.SimClrV1Code(128, 128, weights);
}
