namespace SelfSupervised.Evaluation.Tests.Probes;

public sealed class SgdProbeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Cases => new(Fixture.Load("sgd.json").Select(fixture => fixture.Name));

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Evaluate_PyTorch_TakesTheSameSteps(string name)
    {
        var fixture = Fixture.Load("sgd.json").Single(one => one.Name == name);
        var (features, labels, milestone) = (fixture.Tensor("features"), fixture.Tensor("labels"), (int)fixture.Number("milestone"));
        var protocol = new SgdProtocol(name, fixture.Number("rate"), (int)fixture.Number("epochs"), (int)fixture.Number("batch"))
        {
            Momentum = fixture.Number("momentum"),
            Nesterov = fixture.Number("nesterov") == 1,
            WeightDecay = fixture.Number("decay"),
            InitialDeviation = fixture.Number("deviation"),
            Schedule = fixture.Number("cosine") == 1 ? ProbeSchedule.Cosine : milestone > 0 ? ProbeSchedule.MultiStep : ProbeSchedule.Constant,
            Milestones = [milestone],
        };
        var result = SgdProbe.Evaluate(features, labels, features, labels, protocol, (long)fixture.Number("seed"));
        TensorAssert.Close(result.Classifier.Weight(), fixture.Tensor("weight"));
        TensorAssert.Close(result.Classifier.Bias(), fixture.Tensor("bias"));
        TensorAssert.Close(tensor(result.Losses.ToArray()), fixture.Tensor("losses"));
    }

    // One step of a whole batch from weights of 0: W = −γ·gradient, with probabilities of 1/C.
    [Fact]
    public void Evaluate_OneStepFromZero_IsTheGradient()
    {
        var (features, labels) = Example.Clusters(1, 12, 4, 3);
        var protocol = new SgdProtocol("one step", learningRate: 0.5, epochs: 1, batchSize: 12) { InitialDeviation = 0 };
        var result = SgdProbe.Evaluate(features, labels, features, labels, protocol, seed: 1);
        var (rows, classes) = (Example.Rows(features), Example.Classes(labels));
        var expected = Enumerable.Range(0, 3).SelectMany(c => Enumerable.Range(0, 4).Select(j =>
            -0.5 * Enumerable.Range(0, 12).Sum(n => ((1 / 3.0) - (classes[n] == c ? 1 : 0)) * rows[n][j]) / 12));
        TensorAssert.Close(result.Classifier.Weight(), expected.ToArray(), [3, 4]);
        result.Losses.Should().ContainSingle().Which.Should().BeApproximately(Math.Log(3), 1e-12);
    }

    [Fact]
    public void Evaluate_Float32AndStandardised_LearnsSeparableClasses()
    {
        var (train, trainLabels) = Example.Clusters(1, 100, 6, 5, type: ScalarType.Float32);
        var (test, testLabels) = Example.Clusters(2, 40, 6, 5, type: ScalarType.Float32);
        var protocol = SgdProtocol.SimClrCifar with { Standardise = true };
        var result = SgdProbe.Evaluate(train, trainLabels, test, testLabels, protocol, seed: 3);
        (result.Test.Top1, result.Train).Should().Be((new Accuracy(40, 40), new Accuracy(100, 100)));
        result.Losses.Should().HaveCount(100);
        result.Losses[^1].Should().BeLessThan(result.Losses[0]);
        (result.TrainCount, result.Dimension, result.SharedRows, result.Seed, result.Protocol).Should().Be((100, 6, 0, 3, protocol));
    }

    [Fact]
    public void Evaluate_Seed_DecidesTheResult()
    {
        var (features, labels) = Example.Clusters(1, 50, 6, 5, spread: 3, type: ScalarType.Float32);
        var protocol = new SgdProtocol("short", 0.1, 2, 16);
        Tensor Weight(long seed) => SgdProbe.Evaluate(features, labels, features, labels, protocol, seed).Classifier.Weight();
        TensorAssert.Same(Weight(1), Weight(1));
        TensorAssert.Values(Weight(1)).Should().NotEqual(TensorAssert.Values(Weight(2)));
    }

    [Fact]
    public void Evaluate_DivergingRate_SaysSo()
    {
        var (features, labels) = Example.Clusters(1, 50, 6, 5, spread: 3, type: ScalarType.Float32);
        var protocol = new SgdProtocol("wild", 1e38, 3, 16) { Momentum = 1 };
        FluentActions.Invoking(() => SgdProbe.Evaluate(features, labels, features, labels, protocol, 1)).Should().Throw<InvalidOperationException>()
            .WithMessage("Expected the probe's loss to stay finite, but in epoch * of protocol \"wild\" it became *: a learning rate of 1E+38 is too high*");
    }

    [Fact]
    public void Presets_Table_HasTheRatesOfTheLiterature()
    {
        Rates(SgdProtocol.MoCo, 0, 59, 60, 79, 80, 99).Should().Equal(30, 30, 3, 3, 0.3, 0.3);
        Rates(SgdProtocol.CmcAlexNet, 0, 29, 30, 40, 50).Should().Equal(0.1, 0.1, 0.02, 0.004, 0.0008);
        Rates(SgdProtocol.CmcResNet, 0, 30, 40, 50).Should().Equal(30, 6, 1.2, 0.24);
        Rates(SgdProtocol.Viewmaker, 0, 59, 60, 80).Should().Equal(0.01, 0.01, 0.001, 0.0001);
        Rates(SgdProtocol.LooC, 0, 119, 120, 160).Should().Equal(30, 30, 3, 0.3);
        Rates(SgdProtocol.Kolesnikov, 0, 479, 480, 500).Should().Equal(0.8, 0.8, 0.08, 0.008);
        Rates(SgdProtocol.SimClrImageNet, 0, 45).Should().Equal(1.6, 0.8);
        Rates(SgdProtocol.SimClrCifar, 0, 50).Should().Equal(0.2, 0.1);
        (SgdProtocol.SimClrImageNet.Nesterov, SgdProtocol.SimClrCifar.Nesterov, SgdProtocol.MoCo.Nesterov).Should().Be((true, true, false));

        static IEnumerable<double> Rates(SgdProtocol protocol, params int[] epochs) =>
            epochs.Select(epoch => Math.Round(protocol.RateAt(epoch, epoch, protocol.Epochs), 12));
    }

    [Fact]
    public void Evaluate_Tensors_LeavesNoneBehind()
    {
        var (features, labels) = Example.Clusters(1, 50, 6, 5, type: ScalarType.Float32);
        var protocol = new SgdProtocol("short", 0.1, 2, 16) { Standardise = true, WeightDecay = 0.1 };
        LeakCheck.NothingLeft(() => SgdProbe.Evaluate(features, labels, features, labels, protocol, 1), features, labels);
        LeakCheck.NothingLeft(
            () => SgdProbe.Evaluate(features, labels, features, labels, protocol with { Standardise = false }, 1), features, labels);
    }

    [Fact]
    public void Evaluate_BadInput_Throws()
    {
        var (good, labels, protocol) = (ones(6, 4), zeros(6, ScalarType.Int64), SgdProtocol.MoCo);
        foreach (var (features, message) in Example.BadFeatures("trainFeatures", 6))
        {
            Example.Refuses(() => SgdProbe.Evaluate(features, labels, good, labels, protocol, 1), message);
        }

        Example.Refuses(() => SgdProbe.Evaluate(good, labels, good, labels.add(1), protocol, 1), "Expected `testLabels` to hold classes from 0 to 0, but got 1.*");
        FluentActions.Invoking(() => SgdProbe.Evaluate(good, labels, good, labels, null!, 1)).Should().Throw<ArgumentNullException>();
        Func<object>[] bad =
        [
            () => new SgdProtocol("x", 0, 1, 1), () => new SgdProtocol("x", 1, 0, 1), () => new SgdProtocol("x", 1, 1, 0),
            () => protocol with { Momentum = -1 }, () => protocol with { WeightDecay = double.NaN }, () => protocol with { Factor = 0 },
            () => protocol with { InitialDeviation = -1 }, () => protocol with { Schedule = (ProbeSchedule)9 },
        ];
        foreach (var make in bad)
        {
            make.Should().Throw<ArgumentOutOfRangeException>();
        }

        FluentActions.Invoking(() => protocol with { Milestones = null! }).Should().Throw<ArgumentNullException>();
        good.Dispose();
        FluentActions.Invoking(() => SgdProbe.Evaluate(good, labels, good, labels, protocol, 1)).Should().Throw<ObjectDisposedException>();
    }
}
