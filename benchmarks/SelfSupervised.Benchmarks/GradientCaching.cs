using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>The gradient of SimCLR's loss on one batch, embedded at once or in parts.</summary>
internal static class GradientCaching
{
    /// <summary>For ../gradient-cache.sh: prints the milliseconds of a batch, and the MiB that the first adds at its peak.</summary>
    /// <param name="how">"whole", "cached", or "forward" for the embeddings alone, in parts and without graph.</param>
    /// <param name="images">The images of the batch.</param>
    /// <param name="part">The images that are embedded at a time, unless it is whole.</param>
    public static void PrintRound(string how, int images, int part)
    {
        using var weights = new Generator(1);
        var encoder = new ResNet(new ResNetLayout(18, ResNetStem.Cifar, baseWidth: 8), generator: weights);
        using var method = new SimClr(encoder, ProjectionHead.SimClrV2(encoder.FeatureDimension), ViewPlan.TwoViews(ViewPresets.SimClrCifar())).to(Round.Device);
        using var pixels = randint(256, [images, 3, 32, 32], uint8, device: Round.Device);
        var batch = new PretrainingBatch(pixels, Enumerable.Range(0, images).ToArray());
        Run(method, First(batch, 16), how, part: 8);
        var peak = Round.PeakOf(() => Run(method, batch, how, part));
        Round.Print(Round.Milliseconds(() => Run(method, batch, how, part), seconds: 1, least: 1), peak);
    }

    private static void Run(SimClr method, PretrainingBatch batch, string how, int part)
    {
        using var scope = NewDisposeScope();
        switch (how)
        {
            case "whole":
                method.Compute(batch).Loss.backward();
                break;
            case "cached":
                GradientCache.Backward(method, batch, part);
                break;
            case "forward":
                using (no_grad())
                {
                    for (var first = 0; first < batch.Indices.Length; first += part)
                    {
                        var rest = batch with { Images = batch.Images[first..], Indices = batch.Indices[first..] };
                        method.Compute(First(rest, Math.Min(part, rest.Indices.Length))).Dispose();
                    }
                }

                break;
            default:
                throw new ArgumentException($"Expected whole, cached or forward, but got {how}.");
        }

        method.zero_grad();
    }

    private static PretrainingBatch First(PretrainingBatch batch, int images) =>
        batch with { Images = batch.Images.narrow(0, 0, images), Indices = batch.Indices[..images] };
}
