using SelfSupervised.Data;
using SelfSupervised.Data.Batching;
using SelfSupervised.Evaluation.Features;
using SelfSupervised.Evaluation.Geometry;
using SelfSupervised.Evaluation.Neighbours;
using SelfSupervised.Evaluation.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace Samples;

/// <summary>How well classes can be read from one representation, which never saw them.</summary>
public sealed record Representation(string Name, Tensor Test, LinearProbeResult Probe, KnnResult Knn, Spectrum Spectrum)
{
    // The same for all: what the pixels' 3072 dimensions allow in reasonable time.
    private static readonly LinearProbeOptions _probe = new() { L2 = [1e-3, 1e-2, 1e-1, 1], MaxIterations = 300, Tolerance = 1e-3 };

    /// <summary>Measures an encoder's representation of both sets.</summary>
    /// <param name="name">The representation's name.</param>
    /// <param name="encoder">What makes it.</param>
    /// <param name="data">The images.</param>
    /// <param name="device">Where to compute.</param>
    /// <param name="seed">Of the probe's split.</param>
    /// <param name="trainView">A view that the probe is to be trained on instead of the images. Default: the images.</param>
    public static Representation Of(
        string name, nn.Module<Tensor, Tensor> encoder, SampleData data, Device device, int seed, nn.Module<Tensor, Tensor>? trainView = null)
    {
        var (train, test) = (Features(encoder, data.Train, device, trainView), Features(encoder, data.Test, device));
        using var trainLabels = Labels(data.Train);
        using var testLabels = Labels(data.Test);
        using (train)
        {
            return new Representation(
                name,
                test,
                LinearProbe.Evaluate(train, trainLabels, test, testLabels, seed, _probe),
                WeightedKnn.Evaluate(train, trainLabels, test, testLabels, new KnnOptions { Neighbours = Math.Min(200, data.Train.Count / 10) }),
                Spectrum.Of(test));
        }
    }

    /// <summary>An encoder's features of all images of a set.</summary>
    public static Tensor Features(nn.Module<Tensor, Tensor> encoder, ImageSet images, Device device, nn.Module<Tensor, Tensor>? view = null)
    {
        var source = new PrefetchingBatchSource(images, new BatchPlan(images.Count, batchSize: 500));
        return FeatureExtractor.Extract(encoder, source.Epoch(0).Select(batch =>
        {
            using (batch)
            {
                return View(batch.ToTensor(device), view);
            }
        }));
    }

    private static Tensor View(Tensor images, nn.Module<Tensor, Tensor>? view)
    {
        if (view is null)
        {
            return images;
        }

        using (images)
        using (no_grad())
        {
            return view.call(images);
        }
    }

    private static Tensor Labels(ImageSet images) => tensor(images.Labels!.Values.ToArray(), dtype: int64);
}
