using System.Globalization;
using Samples;
using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Views;
using SelfSupervised.Evaluation;
using SelfSupervised.Evaluation.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace LooCSample;

/// <summary>Every way of learning with every seed, and what a linear probe reads from each.</summary>
internal sealed class Study(SampleOptions options, FactorData data)
{
    /// <summary>How many seeds each way of learning is run with.</summary>
    public const int Seeds = 3;

    private static readonly LinearProbeOptions s_probe = new() { L2 = [1e-3, 1e-2, 1e-1], MaxIterations = 200, Tolerance = 1e-3 };
    private readonly Dictionary<(string Way, string Factor), List<double>> _accuracies = [];

    /// <summary>The ways of learning, in order; the last is an encoder that has learned nothing.</summary>
    public static IReadOnlyList<string> Ways { get; } = ["MoCo", "MoCo + colour + rotation", "LooC", "MoCo++ + colour + rotation", "LooC++", "untrained"];

    /// <summary>What each branch of LooC++ knows, and all their subsets; of the first seed.</summary>
    public FactorProbeResult? Spaces { get; private set; }

    /// <summary>The features of the test images, for the gallery; of the first seed.</summary>
    public Dictionary<string, Tensor> TestFeatures { get; } = [];

    /// <summary>Accuracy over the seeds.</summary>
    public MeanEstimate Accuracy(string way, string factor) => MeanEstimate.Of(_accuracies[(way, factor)]);

    /// <summary>Runs all ways with a seed.</summary>
    /// <returns>Whether it came to its end.</returns>
    public bool Run(int seed, CancellationToken stop)
    {
        foreach (var way in Ways)
        {
            using var method = Method(way, seed);
            if (way != "untrained")
            {
                Console.WriteLine($"seed {seed}: {way}");
                var folder = Path.Combine(options.Output, $"{way.Replace(" ", string.Empty)}-seed-{seed}");
                method.to(options.Device);
                if (!SampleRun.Pretrain(options, data.Images, method, folder, [], stop).IsComplete)
                {
                    return false;
                }
            }

            Probe(way, method, seed);
        }

        return true;
    }

    public void Print(TextWriter writer)
    {
        writer.WriteLine($"{"linear probe, mean ± 95 % over the seeds",-28}{string.Concat(FactorData.FactorNames.Select(name => $"{name,20}"))}");
        foreach (var way in Ways)
        {
            writer.WriteLine($"{way,-40}{string.Concat(FactorData.FactorNames.Select(factor => $"{Text(Accuracy(way, factor)),20}"))}");
        }
    }

    /// <summary>In per cent.</summary>
    public static string Text(MeanEstimate estimate) => estimate.Count == 1
        ? string.Create(CultureInfo.InvariantCulture, $"{100 * estimate.Mean:F1}")
        : string.Create(CultureInfo.InvariantCulture, $"{100 * estimate.Mean:F1} ± {100 * estimate.HalfWidth:F1}");

    private PretrainingMethod Method(string way, int seed)
    {
        // As in samples/MoCo, and for the same reasons, the copy follows fast and the queue is short.
        var settings = new MoCoOptions { QueueCapacity = 4 * options.BatchSize, Momentum = MomentumSchedule.Constant(0.9), Temperature = 0.2 };
        var plan = ViewPlan.LeaveOneOut(data.All, data.Rotation, data.Colour);
        var heads = 0u;
        return way switch
        {
            "LooC" => new LooC(Encoder, Head, plan, new LooCOptions { MoCo = settings }, seed),
            "LooC++" => new LooC(Branches, Head, plan, new LooCOptions { MoCo = settings }, seed),
            "MoCo++ + colour + rotation" => new MoCoPlusPlus(Branches, Head, ViewPlan.TwoViews(data.All), settings, seed),
            "MoCo + colour + rotation" => new MoCo(Encoder, Head, ViewPlan.TwoViews(data.All), settings, seed),
            _ => new MoCo(Encoder, Head, ViewPlan.TwoViews(data.Plain), settings, seed),
        };

        SmallConvNet Encoder() => SampleData.Encoder(seed);

        BranchingEncoder Branches()
        {
            using var weights = new Generator((ulong)seed);
            return BranchingEncoder.OfSmallConvNet(branches: 3, generator: weights);
        }

        // Each space has a head with weights of its own.
        ProjectionHead Head()
        {
            using var weights = new Generator((ulong)seed + ++heads);
            return ProjectionHead.SimClrV1Code(128, 128, weights);
        }
    }

    private void Probe(string way, PretrainingMethod method, int seed)
    {
        using var scope = NewDisposeScope();
        var features = Features(way, method.Encoder);
        var result = FactorProbes.Evaluate([features], data.Factors, seed, s_probe);
        foreach (var factor in FactorData.FactorNames)
        {
            if (!_accuracies.TryGetValue((way, factor), out var values))
            {
                _accuracies[(way, factor)] = values = [];
            }

            values.Add(result[way, factor].Test.Top1.Value);
        }

        Console.WriteLine($"  {way,-28}{string.Join("  ", FactorData.FactorNames.Select(factor => $"{factor} {result[way, factor].Test.Top1}"))}");
        if (seed == options.Seed)
        {
            TestFeatures[way] = features.Test.DetachFromDisposeScope();
            if (method is LooC { Spaces: var spaces } looc && way == "LooC++")
            {
                Spaces = FactorProbes.EvaluateSubsets(
                    [.. looc.SpaceNames.Select((name, space) => Features(name, spaces.Probe(SpaceOutput.Features, space)))], data.Factors, seed, s_probe);
            }
        }
    }

    private NamedFeatures Features(string name, nn.Module<Tensor, Tensor> encoder) => new(
        name, Representation.Features(encoder, data.Images.Train, options.Device), Representation.Features(encoder, data.Images.Test, options.Device));
}
