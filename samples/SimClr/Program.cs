// SimCLR from end to end: two views of an image attract each other, all other views of the batch repel.
using Samples;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Views;
using static TorchSharp.torch;

if (!SampleOptions.TryRead(new SampleDefaults("SimClr"), args, out var options, out var data, out var exitCode))
{
    return exitCode;
}

const double temperature = 0.2;
using var weights = new Generator((ulong)options.Seed + 1);
using var encoder = SampleData.Encoder(options.Seed);
using var head = ProjectionHead.SimClrV1Code(encoder.FeatureDimension, 128, weights);
using var method = new SimClr(encoder, head, ViewPlan.TwoViews(data.View), temperature, options.Seed);
return SampleRun.Of(options, data, method, new ReportTexts(
    "SimCLR",
    "NT-Xent",
    Math.Log((2 * options.BatchSize) - 1),
    "ln(2N − 1)",
    [("Head", "two layers with batch norm, 128 outputs"), ("Loss", $"NT-Xent, temperature {temperature}")]));
