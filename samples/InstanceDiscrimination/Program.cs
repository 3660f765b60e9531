// Instance discrimination from end to end: each image is told from all others by the memory of what it looked like.
using Samples;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Views;
using static TorchSharp.torch;

if (!SampleOptions.TryRead(new SampleDefaults("InstanceDiscrimination", Steps: 1500), args, out var options, out var data, out var exitCode))
{
    return exitCode;
}

const double temperature = 0.1;
using var weights = new Generator((ulong)options.Seed + 1);
using var encoder = SampleData.Encoder(options.Seed);
using var head = ProjectionHead.SimClrV1Code(encoder.FeatureDimension, 128, weights);
using var bank = new MemoryBank(data.Train.Count, 128, seed: options.Seed);
var settings = new InstanceDiscriminationOptions { Temperature = temperature, Negatives = 0, Seed = options.Seed };
using var method = new InstanceDiscrimination(encoder, head, new ViewPlan([data.View]), bank, settings);
return SampleRun.Of(options, data, method, new ReportTexts(
    "Instance discrimination",
    "softmax over all images",
    Math.Log(data.Train.Count),
    "ln n",
    [
        ("Head", "two layers with batch norm, 128 outputs"),
        ("Loss", $"softmax over {data.Train.Count} memories, temperature {temperature}"),
        ("Memories", "half kept at each update"),
    ]));
