using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>Values: closed forms, the worked example of instance discrimination, a slow reference with probabilities.</summary>
public sealed class NceTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(1, 1.3862944)]
    [InlineData(4, 2.5020122)]
    [InlineData(4096, 9.3178882)]
    public void Loss_ModelAndNoiseAlike_HasKnownValue(int samples, double expected)
    {
        var scores = zeros(3, samples + 1, dtype: float64);
        var logPartition = tensor(Math.Log(500));
        TensorAssert.Close(Nce.Loss(scores, places: 500, logPartition: logPartition), expected, atol: 1e-7);
        TensorAssert.Close(
            Nce.Loss(scores, places: 500, logPartition: logPartition),
            Math.Log(1 + samples) + (samples * Math.Log((1.0 + samples) / samples)));
        TensorAssert.Close(Nce.Loss(scores.to(float32), places: 500, logPartition: logPartition), expected, atol: 2e-6);
    }

    [Fact]
    public void Loss_WorkedExample_HasKnownValues()
    {
        using var bank = new MemoryBank(4, 2);
        bank.Rows.copy_(tensor(new float[] { 1, 0, 0, 1, -1, 0, 0, -1 }, [4, 2]));
        var features = tensor(new[] { 0.6, 0.8 }, [1, 2]);
        var scores = bank.Scores(features, arange(3).unsqueeze(0)).div(0.5);
        TensorAssert.Close(scores.exp(), [3.3201169, 4.9530324, 0.3011942], [1, 3], atol: 1e-7);
        var logPartition = Nce.EstimateLogPartition(scores, places: 4);
        TensorAssert.Close(logPartition.exp(), 11.4324581, atol: 1e-7);
        TensorAssert.Close(scores.sub(logPartition).exp(), [0.2904115, 0.4332430, 0.0263455], [1, 3], atol: 1e-7);

        // The published 1.6766626 has the released code's ε = 1e-7 in its denominators; without, it is 4e-7 less.
        TensorAssert.Close(Nce.Loss(scores, places: 4, logPartition: logPartition), 1.6766622098, atol: 1e-9);
        TensorAssert.Close(Nce.Loss(scores, places: 4, logPartition: logPartition), 1.6766626, atol: 5e-7);
    }

    [Fact]
    public void Loss_AnyNoiseAndCount_IsThatOfTheProbabilities()
    {
        var scores = RandomTensors.Normal(1, [4, 6]);
        var logNoise = RandomTensors.Normal(2, [4, 6]).sub(2);
        var logPartition = tensor(0.7);
        foreach (var k in new[] { 1, 5, 12.5 })
        {
            var expected = Reference(scores, logNoise, k, 0.7);
            TensorAssert.Close(Nce.Loss(scores, logNoise, k, logPartition, nn.Reduction.None), expected, [4]);
            TensorAssert.Close(Nce.Loss(scores, logNoise, k, logPartition), expected.Average());
            TensorAssert.Close(Nce.Loss(scores, logNoise, k, logPartition, nn.Reduction.Sum), expected.Sum());
        }

        TensorAssert.Same(Nce.Loss(scores, logNoise), Nce.Loss(scores, logNoise, 5, tensor(0.0)));
        TensorAssert.Close(Nce.Loss(scores, places: 30), Nce.Loss(scores, full([4, 6], -Math.Log(30), float64)));
        TensorAssert.Close(Nce.Loss(scores, tensor(-Math.Log(30))), Nce.Loss(scores, places: 30));
    }

    [Fact]
    public void Loss_ExtremeScores_StaysExactAndFinite()
    {
        // log(1 − p) of p = 1 would be −∞; ε = 1e-7 would stop at 16.
        var scores = tensor(new[] { -90f, 80, -200, 90 }, [2, 2], requires_grad: true);
        var loss = Nce.Loss(scores, places: 1, reduction: nn.Reduction.None);
        TensorAssert.Close(loss, [170, 290], [2]);
        loss.sum().backward();
        TensorAssert.Close(scores.grad!, [-1, 1, -1, 1], [2, 2]);
    }

    [Fact]
    public void Loss_HalfPrecision_IsComputedInSingle()
    {
        var scores = RandomTensors.Normal(1, [4, 200]).to(float16);
        var loss = Nce.Loss(scores, places: 1000);
        loss.dtype.Should().Be(float32);
        TensorAssert.Close(loss, Nce.Loss(scores.to(float32), places: 1000));
    }

    [Fact]
    public void Loss_Gradient_IsThatOfDifferences()
    {
        Tensor[] inputs =
        [
            RandomTensors.Normal(1, [3, 4], requiresGrad: true), RandomTensors.Normal(2, [3, 4], requiresGrad: true), tensor(0.4, requires_grad: true),
        ];
        GradientCheck.Verify(x => Nce.Loss(x[0], x[1], 7, x[2]), inputs);
        GradientCheck.Verify(x => NegativeSampling.Loss(x[0], nn.Reduction.None), inputs[..1]);
    }

    [Fact]
    public void Loss_Batch_IsEquivariantAndFallsWithThePositive()
    {
        var scores = RandomTensors.Normal(1, [4, 6]);
        var order = RandomTensors.Permutation(1, 4);
        var losses = Nce.Loss(scores, places: 9, reduction: nn.Reduction.None);
        TensorAssert.Close(Nce.Loss(scores.index_select(0, order), places: 9, reduction: nn.Reduction.None), losses.index_select(0, order));
        var better = scores.clone();
        better.select(1, 0).add_(0.1);
        Nce.Loss(better, places: 9, reduction: nn.Reduction.None).lt(losses).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void NegativeSampling_IsNoiseContrastWithKTimesQOfOne()
    {
        var scores = RandomTensors.Normal(1, [4, 6]);
        TensorAssert.Close(NegativeSampling.Loss(scores), Nce.Loss(scores, full([4, 6], -Math.Log(5), float64), 5));
        TensorAssert.Close(NegativeSampling.Loss(zeros(2, 6)), 6 * Math.Log(2));
        var expected = TensorAssert.Values(scores).Chunk(6).Select(
            row => Math.Log(1 + Math.Exp(-row[0])) + row[1..].Sum(score => Math.Log(1 + Math.Exp(score)))).ToArray();
        TensorAssert.Close(NegativeSampling.Loss(scores, nn.Reduction.None), expected, [4]);
        using var module = new NegativeSamplingLoss(nn.Reduction.Sum);
        TensorAssert.Close(module.call(scores), expected.Sum());
        (module.Reduction, module.CheckValues, module.state_dict().Count).Should().Be((nn.Reduction.Sum, true, 0));
    }

    [Fact]
    public void Operations_LeaveOnlyTheirResult()
    {
        var (scores, noise, z) = (RandomTensors.Normal(1, [4, 6]), RandomTensors.Normal(2, [4, 6]), tensor(0.5));
        LeakCheck.OnlyResult(() => Nce.Loss(scores, noise, 3, z), scores, noise, z);
        LeakCheck.OnlyResult(() => Nce.Loss(scores, places: 9), scores);
        LeakCheck.OnlyResult(() => Nce.EstimateLogPartition(scores, places: 9), scores);
        LeakCheck.OnlyResult(() => NegativeSampling.Loss(scores), scores);
        using var module = new NegativeSamplingLoss();
        LeakCheck.OnlyResult(() => module.call(scores), scores);
    }

    [Fact]
    public void BadInput_Throws()
    {
        var scores = ones(3, 4);
        FluentActions.Invoking(() => Nce.Loss(ones(3, 1), places: 9)).Should().Throw<ArgumentException>()
            .WithMessage("Expected `logScores` to have shape [B, 1 + m], m at least 1, but got [3, 1].");
        FluentActions.Invoking(() => NegativeSampling.Loss(ones(3))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Nce.Loss(scores, ones(3, 5))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `logNoise` to have shape [3, 4] like `logScores`, but got [3, 5].");
        FluentActions.Invoking(() => Nce.Loss(scores, scores, logPartition: ones(3))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `logPartition` to be a scalar, but got [3].");
        FluentActions.Invoking(() => Nce.Loss(scores, scores, noiseCount: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("noiseCount");
        FluentActions.Invoking(() => Nce.Loss(scores, places: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("places");
        FluentActions.Invoking(() => Nce.EstimateLogPartition(scores, places: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("places");
        FluentActions.Invoking(() => Nce.Loss(scores, full([3, 4], float.NegativeInfinity))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `logNoise` to be finite, but 12 of its 12 values are NaN or infinite.");
        FluentActions.Invoking(() => Nce.Loss(scores, scores, logPartition: tensor(float.NaN))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `logPartition` to be finite*");
    }

    private static double[] Reference(Tensor scores, Tensor logNoise, double k, double logPartition)
    {
        var (s, q) = (TensorAssert.Values(scores).Chunk(6).ToArray(), TensorAssert.Values(logNoise).Chunk(6).ToArray());
        return [.. s.Select((row, b) => Enumerable.Range(0, 6).Sum(column =>
        {
            var (model, noise) = (Math.Exp(row[column] - logPartition), k * Math.Exp(q[b][column]));
            return column == 0 ? -Math.Log(model / (model + noise)) : -k / 5 * Math.Log(noise / (model + noise));
        }))];
    }
}
