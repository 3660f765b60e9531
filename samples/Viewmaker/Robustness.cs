using Samples;
using SelfSupervised.Core;
using SelfSupervised.Evaluation.Robustness;
using TorchSharp;
using static TorchSharp.torch;

namespace ViewmakerSample;

/// <summary>How well the probes, which saw clean images only, do on corrupted ones.</summary>
internal static class Robustness
{
    private const int Images = 500;
    private static readonly CorruptionOptions s_options = new() { Severities = [1, 3, 5] };

    /// <summary>Each encoder and its probe under the common corruptions; nothing for what is no image of three channels.</summary>
    public static IReadOnlyList<(string Name, CorruptionResult Result)> Of(
        SampleOptions options, SampleData data, IEnumerable<(string Name, nn.Module<Tensor, Tensor> Encoder)> learned, IReadOnlyList<Representation> probes)
    {
        if (data.Test.Shape != new ImageShape(3, 32, 32))
        {
            return [];
        }

        using var scope = NewDisposeScope();
        int[] some = [.. Enumerable.Range(0, Math.Min(Images, data.Test.Count))];
        var images = data.Test.Images(some, options.Device);
        var labels = tensor(some.Select(index => (long)data.Test.Labels!.Values[index]).ToArray(), device: options.Device);
        var suite = new CorruptionSuite(CorruptionScale.Cifar, options.Seed);
        var results = new List<(string, CorruptionResult)>();
        foreach (var (name, encoder) in learned)
        {
            var probe = probes.Single(one => one.Name == name).Probe.Fit.Classifier;
            results.Add((name, CorruptionEvaluation.Evaluate(suite, images, labels, encoder, probe, s_options)));
            Console.WriteLine($"{name,-14} corrupted images {results[^1].Item2.MeanAccuracy:P1}, clean {results[^1].Item2.Clean}");
        }

        return results;
    }
}
