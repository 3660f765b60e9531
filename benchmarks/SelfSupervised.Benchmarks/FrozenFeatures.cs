using BenchmarkDotNet.Attributes;
using SelfSupervised.Evaluation.Geometry;
using SelfSupervised.Evaluation.Neighbours;
using SelfSupervised.Evaluation.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>
/// Evaluation on 10,000 training and 10,000 test features of 512 dimensions in 10 classes, as peers/evaluation.py has them.
/// </summary>
[MemoryDiagnoser]
public class FrozenFeatures
{
    private Tensor _train = null!;
    private Tensor _trainLabels = null!;
    private Tensor _test = null!;
    private Tensor _testLabels = null!;

    [GlobalSetup]
    public void Setup()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(0);
        var centres = randn(10, 512, generator: generator).mul(0.25);
        var mix = randn(512, 512, generator: generator).div(Math.Sqrt(512));
        var labels = arange(20_000, ScalarType.Int64).remainder(10);
        var points = centres.index_select(0, labels).add(randn(20_000, 512, generator: generator));
        var features = points.mm(mix).add(0.2).relu();
        (_train, _trainLabels) = (Half(features, 0), Half(labels, 0));
        (_test, _testLabels) = (Half(features, 10_000), Half(labels, 10_000));

        static Tensor Half(Tensor all, long start) => all.narrow(0, start, 10_000).clone().DetachFromDisposeScope();
    }

    [Benchmark]
    public object LinearProbeOfNinePenalties() => LinearProbe.Evaluate(_train, _trainLabels, _test, _testLabels, seed: 1);

    [Benchmark]
    public object OneLogisticRegression() => LogisticRegression.Fit(_train, _trainLabels, l2: 1e-3);

    [Benchmark]
    public object SgdProbeOfHundredEpochs() =>
        SgdProbe.Evaluate(_train, _trainLabels, _test, _testLabels, SgdProtocol.SimClrCifar with { Standardise = true }, seed: 1);

    [Benchmark]
    public object TwoHundredNeighbours() => WeightedKnn.Evaluate(_train, _trainLabels, _test, _testLabels);

    [Benchmark]
    public object MeanAveragePrecision() => Retrieval.Within(_train, _trainLabels, 1, 10);

    [Benchmark]
    public object TwoPrincipalComponents() => PrincipalComponents.Of(_train);

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var tensor in new[] { _train, _trainLabels, _test, _testLabels }) tensor.Dispose();
    }
}
