namespace SelfSupervised.Evaluation.Tests.Probes;

public sealed class FewShotProbeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    // torch.optim.Adam on a linear layer, by autograd, from the same weights and on the same rows.
    [Fact]
    public void Evaluate_TorchAdam_AnswersTheSame()
    {
        foreach (var fixture in Fixture.Load("fewshot.json"))
        {
            var protocol = new FewShotProtocol((int)fixture.Number("shots"))
            {
                Draws = (int)fixture.Number("draws"),
                Iterations = (int)fixture.Number("iterations"),
            };
            var result = FewShotProbe.Evaluate(
                fixture.Tensor("train"), fixture.Tensor("trainLabels"), fixture.Tensor("test"), fixture.Tensor("testLabels"), protocol, (long)fixture.Number("seed"));
            result.Draws.Select(draw => (double)draw.Correct).Should().Equal(TensorAssert.Values(fixture.Tensor("correct")), fixture.Name);
            result.Top1.Mean.Should().BeApproximately(fixture.Number("mean"), 1e-12);
            result.Top1.HalfWidth.Should().BeApproximately(fixture.Number("halfWidth"), 1e-9);
        }
    }

    [Fact]
    public void Train_TorchAdam_TakesTheSameSteps()
    {
        var fixture = Fixture.Load("fewshot.json")[0];
        var weights = fixture.Tensor("initial");
        Evaluation.Internal.AdamSoftmax.Train(weights, fixture.Tensor("train"), fixture.Tensor("trainLabels"), 0.03, 20);
        TensorAssert.Close(weights, fixture.Tensor("final"), atol: 1e-9);
    }

    [Fact]
    public void Drawn_Rows_AreOfEachClassAndDifferByDrawOnly()
    {
        long[][] members = [[0, 3, 6, 9], [1, 4, 7, 10], [2, 5, 8, 11]];
        var rows = FewShotProbe.Drawn(members, 2, seed: 1, draw: 0);
        rows.Select(row => row % 3).Should().Equal(0, 0, 1, 1, 2, 2);
        rows.Should().OnlyHaveUniqueItems().And.Equal(FewShotProbe.Drawn(members, 2, 1, 0)).And.NotEqual(FewShotProbe.Drawn(members, 2, 1, 1));
        var often = Enumerable.Range(0, 2000).SelectMany(draw => FewShotProbe.Drawn(members, 1, 5, draw)).GroupBy(row => row).ToArray();
        often.Should().HaveCount(12).And.OnlyContain(row => row.Count() > 420 && row.Count() < 580);
    }

    [Fact]
    public void Evaluate_AllExamples_HasNoSpread()
    {
        var (train, trainLabels) = Example.Clusters(1, 20, 6, 4, type: ScalarType.Float32);
        var (test, testLabels) = Example.Clusters(2, 40, 6, 4, type: ScalarType.Float32);
        var result = FewShotProbe.Evaluate(train, trainLabels, test, testLabels, new FewShotProtocol(5) { InitialDeviation = 0 }, seed: 1);
        (result.Top1.Mean, result.Top1.Deviation, result.Top1.HalfWidth, result.Draws.Count, result.Classes, result.Dimension, result.SharedRows)
            .Should().Be((1, 0, 0, 10, 4, 6, 0));
    }

    [Fact]
    public void Evaluate_ClassesWithTooFewImages_AreNamed()
    {
        var labels = tensor(new long[] { 0, 0, 0, 1, 2, 2, 2, 4 });
        var features = ones(8, 3);
        Example.Refuses(
            () => FewShotProbe.Evaluate(features, labels, features, labels, new FewShotProtocol(3), 1),
            "Expected `trainLabels` to hold at least 3 of each class, but class 1 has 1, class 3 has 0, class 4 has 1.*");
    }

    [Fact]
    public void MeanEstimate_OfTen_HasStudentsInterval()
    {
        var estimate = MeanEstimate.Of([.. Enumerable.Range(1, 10).Select(i => (double)i)]);
        estimate.Mean.Should().Be(5.5);
        estimate.HalfWidth.Should().BeApproximately(2.262157162740992 * 3.0276503540974917 / Math.Sqrt(10), 1e-9);
        MeanEstimate.Of(2).HalfWidth.Should().Be(double.NaN);
        FluentActions.Invoking(() => MeanEstimate.Of()).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => MeanEstimate.Of(1, double.NaN)).Should().ThrowExactly<ArgumentException>();
        estimate.ToString().Should().Be("5.5000 ± 2.1659");
        double[] published = [12.7062047, 4.3026527, 3.1824463, 2.7764451, 2.5705818, 2.4469119];
        published.Select((_, i) => Math.Round(Evaluation.Internal.StudentT.TwoSided95(i + 1), 7)).Should().Equal(published);
        Evaluation.Internal.StudentT.TwoSided95(1000).Should().BeApproximately(1.9623391, 1e-7);
    }

    [Fact]
    public void Evaluate_Tensors_LeavesNoneBehind()
    {
        var (features, labels) = Example.Clusters(1, 20, 6, 4, type: ScalarType.Float32);
        var protocol = new FewShotProtocol(2) { Draws = 2, Iterations = 3 };
        LeakCheck.NothingLeft(() => FewShotProbe.Evaluate(features, labels, features, labels, protocol, 1), features, labels);
    }

    [Fact]
    public void Evaluate_BadInput_Throws()
    {
        var (good, labels, protocol) = (ones(6, 4), zeros(6, ScalarType.Int64), new FewShotProtocol(1));
        foreach (var (features, message) in Example.BadFeatures("trainFeatures", 6))
        {
            Example.Refuses(() => FewShotProbe.Evaluate(features, labels, good, labels, protocol, 1), message);
        }

        FluentActions.Invoking(() => FewShotProbe.Evaluate(good, labels, good, labels, null!, 1)).Should().Throw<ArgumentNullException>();
        Func<object>[] bad =
        [
            () => new FewShotProtocol(0), () => protocol with { Draws = 0 }, () => protocol with { LearningRate = 0 }, () => protocol with { Iterations = 0 },
            () => protocol with { InitialDeviation = -1 },
        ];
        foreach (var make in bad)
        {
            make.Should().Throw<ArgumentOutOfRangeException>();
        }
    }
}
