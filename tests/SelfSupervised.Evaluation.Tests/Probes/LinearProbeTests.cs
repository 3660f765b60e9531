namespace SelfSupervised.Evaluation.Tests.Probes;

public sealed class LinearProbeTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Evaluate_SeparableClasses_IsRightEverywhere(ScalarType type)
    {
        var (train, trainLabels) = Example.Clusters(1, 100, 6, 5, type: type);
        var (test, testLabels) = Example.Clusters(2, 40, 6, 5, type: type);
        var result = LinearProbe.Evaluate(train, trainLabels, test, testLabels, seed: 1);
        (result.Test.Top1, result.Test.Top5, result.Train).Should().Be((new Accuracy(40, 40), new Accuracy(40, 40), new Accuracy(100, 100)));
        result.Fit.Converged.Should().BeTrue();
    }

    [Fact]
    public void Evaluate_RandomLabels_IsAtChance()
    {
        var (train, test) = (RandomTensors.Normal(1, [400, 8], ScalarType.Float32), RandomTensors.Normal(2, [400, 8], ScalarType.Float32));
        var result = LinearProbe.Evaluate(train, RandomTensors.Permutation(3, 400).remainder(4), test, RandomTensors.Permutation(4, 400).remainder(4), seed: 1);
        (result.Test.Top1.Low <= 0.25 && result.Test.Top1.High >= 0.25).Should().BeTrue("{0} should hold 0.25", result.Test.Top1);
    }

    [Fact]
    public void Evaluate_Protocol_IsInTheResult()
    {
        var (train, trainLabels) = Example.Clusters(1, 100, 6, 5, spread: 3);
        var (test, testLabels) = Example.Clusters(2, 40, 6, 5, spread: 3);
        var options = new LinearProbeOptions { L2 = [0.1, 1e-3, 10, 0.1] };
        var result = LinearProbe.Evaluate(train, trainLabels, cat([test, train.narrow(0, 0, 3)]), cat([testLabels, trainLabels.narrow(0, 0, 3)]), seed: 7, options);
        (result.TrainCount, result.HeldOutCount, result.Dimension, result.SharedRows, result.Seed).Should().Be((100, 20, 6, 3, 7));
        result.Trials.Select(trial => trial.L2).Should().Equal(1e-3, 0.1, 10);
        result.Trials.Should().OnlyContain(trial => trial.Converged && trial.HeldOut.Count == 20);
        result.Options.Should().BeSameAs(options);
        result.Test.Classes.Should().Be(5);
    }

    // The whole procedure once more, by hand and without warm starts.
    [Fact]
    public void Evaluate_ByHand_ChoosesAndFitsTheSame()
    {
        var (train, trainLabels) = Example.Clusters(3, 90, 5, 3, spread: 5);
        var (test, testLabels) = Example.Clusters(4, 60, 5, 3, spread: 5);
        var options = new LinearProbeOptions { L2 = [1e-4, 1e-2, 1e-1, 1, 10], HeldOutShare = 0.3, Tolerance = 1e-9 };
        var result = LinearProbe.Evaluate(train, trainLabels, test, testLabels, seed: 5, options);

        var (fit, held) = Evaluation.Internal.HeldOut.Split(Example.Classes(trainLabels).Select(label => (long)label).ToArray(), 3, 0.3, seed: 5);
        var (fitRows, heldRows) = (tensor(fit), tensor(held));
        var (fitFeatures, fitLabels) = (train.index_select(0, fitRows), trainLabels.index_select(0, fitRows));
        var correct = options.L2.Select(l2 => LogisticRegression.Fit(Scaled(fitFeatures, fitFeatures), fitLabels, l2, 1e-9).Classifier
            .Classify(Scaled(train.index_select(0, heldRows), fitFeatures), trainLabels.index_select(0, heldRows)).Top1.Correct).ToArray();
        result.Trials.Select(trial => trial.HeldOut.Correct).Should().Equal(correct);
        var best = options.L2.Zip(correct).OrderByDescending(one => one.Second).ThenByDescending(one => one.First).First().First;
        result.Fit.L2.Should().Be(best);

        var final = LogisticRegression.Fit(Scaled(train, train), trainLabels, best, 1e-9);
        result.Fit.Loss.Should().BeApproximately(final.Loss, 1e-10);
        TensorAssert.Close(result.Fit.Classifier.Scores(test), final.Classifier.Scores(Scaled(test, train)), atol: 1e-6);
        result.Test.Top1.Should().Be(final.Classifier.Classify(Scaled(test, train), testLabels).Top1);
    }

    [Fact]
    public void Evaluate_OtherTestSet_ChoosesAndFitsTheSame()
    {
        var (train, trainLabels) = Example.Clusters(1, 100, 6, 5, spread: 4);
        var (test, testLabels) = Example.Clusters(2, 40, 6, 5, spread: 4);
        var one = LinearProbe.Evaluate(train, trainLabels, test, testLabels, seed: 1);
        var other = LinearProbe.Evaluate(train, trainLabels, test.mul(-100), zeros_like(testLabels), seed: 1);
        other.Trials.Should().Equal(one.Trials);
        TensorAssert.Same(other.Fit.Classifier.Weight(), one.Fit.Classifier.Weight());
    }

    [Fact]
    public void Evaluate_ScaledAndShiftedFeatures_AreStandardisedAway()
    {
        var (train, trainLabels) = Example.Clusters(1, 100, 6, 5, spread: 4);
        var (test, testLabels) = Example.Clusters(2, 40, 6, 5, spread: 4);
        var scale = tensor(new[] { 1e-3, 1, 10, 100, 5, 1e4 });
        var one = LinearProbe.Evaluate(train, trainLabels, test, testLabels, seed: 1);
        var other = LinearProbe.Evaluate(train.mul(scale).add(3), trainLabels, test.mul(scale).add(3), testLabels, seed: 1);
        other.Test.Predictions.Should().Equal(one.Test.Predictions);
        other.Fit.Loss.Should().BeApproximately(one.Fit.Loss, 1e-8);
    }

    [Fact]
    public void Evaluate_ConstantFeature_ChangesNothing()
    {
        var (train, trainLabels) = Example.Clusters(1, 100, 6, 5, spread: 4, type: ScalarType.Float32);
        var (test, testLabels) = Example.Clusters(2, 40, 6, 5, spread: 4, type: ScalarType.Float32);
        var one = LinearProbe.Evaluate(train, trainLabels, test, testLabels, seed: 1);
        var other = LinearProbe.Evaluate(
            cat([train, full(100, 1, 0.1f)], 1), trainLabels, cat([test, full(40, 1, 0.1f)], 1), testLabels, seed: 1);
        other.Test.Predictions.Should().Equal(one.Test.Predictions);
    }

    [Fact]
    public void Evaluate_Seed_DecidesTheSplitOnly()
    {
        var (train, trainLabels) = Example.Clusters(1, 100, 6, 5, spread: 4, type: ScalarType.Float32);
        var (test, testLabels) = Example.Clusters(2, 40, 6, 5, spread: 4, type: ScalarType.Float32);
        var options = new LinearProbeOptions { L2 = [0.1] };
        var (one, again, other) = (Probe(1), Probe(1), Probe(2));
        TensorAssert.Same(again.Fit.Classifier.Weight(), one.Fit.Classifier.Weight());
        again.Trials.Should().Equal(one.Trials);
        other.Trials.Should().NotEqual(one.Trials);
        TensorAssert.Close(other.Fit.Classifier.Weight(), one.Fit.Classifier.Weight(), atol: 1e-3);

        LinearProbeResult Probe(long seed) => LinearProbe.Evaluate(train, trainLabels, test, testLabels, seed, options);
    }

    [Fact]
    public void IsAtTheEdge_SmallestOrLargestOfSeveral_IsTold()
    {
        var (train, trainLabels) = Example.Clusters(1, 100, 6, 5);
        LinearProbeResult With(params double[] l2) =>
            LinearProbe.Evaluate(train, trainLabels, train, trainLabels, seed: 1, new LinearProbeOptions { L2 = l2 });

        // All are right everywhere, up to penalties that leave nothing: the largest of the rest is chosen.
        With(1e-3, 1e-2, 1e9).IsAtTheEdge.Should().BeFalse();
        With(1e-3, 1e-2).IsAtTheEdge.Should().BeTrue();
        With(1e-2).IsAtTheEdge.Should().BeFalse();
    }

    [Fact]
    public void Evaluate_Tensors_LeavesNoneBehind()
    {
        var (train, trainLabels) = Example.Clusters(1, 50, 6, 5, type: ScalarType.Float32);
        LeakCheck.NothingLeft(() => LinearProbe.Evaluate(train, trainLabels, train, trainLabels, seed: 1), train, trainLabels);
    }

    [Fact]
    public void Evaluate_BadInput_Throws()
    {
        var (good, labels) = (RandomTensors.Normal(1, [6, 4]), tensor((long[])[0, 0, 0, 1, 1, 1]));
        foreach (var (features, message) in Example.BadFeatures("trainFeatures", 6))
        {
            Example.Refuses(() => LinearProbe.Evaluate(features, labels, good, labels, 1), message);
        }

        foreach (var (features, message) in Example.BadFeatures("testFeatures", 6))
        {
            Example.Refuses(() => LinearProbe.Evaluate(good, labels, features, labels, 1), message);
        }

        Example.Refuses(
            () => LinearProbe.Evaluate(good, labels, ones(6, 3), labels, 1), "Expected `testFeatures` to have 4 columns like `trainFeatures`, but got [6, 3].*");
        Example.Refuses(() => LinearProbe.Evaluate(good, labels, good, labels.add(1), 1), "Expected `testLabels` to hold classes from 0 to 1, but got 2.*");
        Example.Refuses(
            () => LinearProbe.Evaluate(good, arange(6, ScalarType.Int64), good, labels, 1),
            "Expected `trainLabels` to leave something of a share of 0.2 of each class to hold out, but no class is large enough.*");
        FluentActions.Invoking(() => new LinearProbeOptions { L2 = [] }).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new LinearProbeOptions { L2 = null! }).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new LinearProbeOptions { L2 = [0] }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new LinearProbeOptions { HeldOutShare = 1 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new LinearProbeOptions { Tolerance = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new LinearProbeOptions { MaxIterations = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        good.Dispose();
        FluentActions.Invoking(() => LinearProbe.Evaluate(good, labels, good, labels, 1)).Should().Throw<ObjectDisposedException>();
    }

    private static Tensor Scaled(Tensor features, Tensor by) => features.sub(by.mean([0])).div(by.std(0, unbiased: false));
}
