namespace SelfSupervised.Evaluation.Tests.Probes;

public sealed class LogisticRegressionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Cases => new(Fixture.Load("logistic.json").Select(fixture => fixture.Name));

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fit_ScikitLearn_Agrees(string name)
    {
        var fixture = Fixture.Load("logistic.json").Single(one => one.Name == name);
        var fit = LogisticRegression.Fit(
            fixture.Tensor("features"), fixture.Tensor("labels"), fixture.Number("l2"), tolerance: 1e-9, maxIterations: 10_000);
        fit.Converged.Should().BeTrue();
        fit.Loss.Should().BeApproximately(fixture.Number("loss"), 1e-10);
        TensorAssert.Close(fit.Classifier.Weight(), fixture.Tensor("weight"), atol: 1e-5);

        // A constant added to all biases changes no probability: the mean is free.
        var bias = fit.Classifier.Bias();
        TensorAssert.Close(bias.sub(bias.mean()), fixture.Tensor("bias"), atol: 1e-5);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Fit_Float32_AgreesWithFloat64(string name)
    {
        var fixture = Fixture.Load("logistic.json").Single(one => one.Name == name);
        var fit = LogisticRegression.Fit(fixture.Tensor("features").to(ScalarType.Float32), fixture.Tensor("labels"), fixture.Number("l2"));
        (fit.Converged, fit.GradientNorm <= 1e-5).Should().Be((true, true));
        fit.Loss.Should().BeApproximately(fixture.Number("loss"), 1e-5);
    }

    [Fact]
    public void Fit_Solution_HasAGradientOfZeroByTheDefinition()
    {
        var (features, labels) = Example.Clusters(1, 60, 4, 3, spread: 4);
        var fit = LogisticRegression.Fit(features, labels, l2: 0.01, tolerance: 1e-8);
        var gradient = Reference(fit.Classifier, Example.Rows(features), Example.Classes(labels), l2: 0.01, out var loss);
        Math.Sqrt(gradient.Sum(x => x * x)).Should().BeLessThan(1e-8);
        fit.Loss.Should().BeApproximately(loss, 1e-12);
        fit.GradientNorm.Should().BeLessThan(1e-8);
    }

    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e-3)]
    [InlineData(100)]
    public void Fit_Float32_ReachesAGradientBelowTheSpecified(double l2)
    {
        var (features, labels) = Example.Clusters(2, 500, 64, 10, spread: 6, type: ScalarType.Float32);
        var fit = LogisticRegression.Fit(features, labels, l2);
        fit.Converged.Should().BeTrue();
        var gradient = Reference(fit.Classifier, Example.Rows(features), Example.Classes(labels), l2, out _);
        Math.Sqrt(gradient.Sum(x => x * x)).Should().BeLessThan(1e-4);
    }

    // Two classes, one feature of two values a and b: without a penalty the logits match the observed odds.
    [Fact]
    public void Fit_OneFeatureOfTwoValues_MatchesTheOdds()
    {
        var features = tensor(new double[] { 0, 0, 0, 0, 1, 1, 1, 1 }, [8, 1]);
        var labels = tensor((long[])[0, 0, 0, 1, 0, 1, 1, 1]);
        var classifier = LogisticRegression.Fit(features, labels, l2: 0, tolerance: 1e-12).Classifier;
        var scores = TensorAssert.Values(classifier.Scores(tensor(new double[] { 0, 1 }, [2, 1])));
        (scores[1] - scores[0]).Should().BeApproximately(Math.Log(1 / 3.0), 1e-9);
        (scores[3] - scores[2]).Should().BeApproximately(Math.Log(3), 1e-9);
    }

    [Fact]
    public void Fit_HugePenalty_GivesTheClassShares()
    {
        var (features, _) = Example.Clusters(3, 10, 3, 3);
        var labels = tensor((long[])[0, 0, 0, 0, 0, 1, 1, 1, 2, 2]);
        var classifier = LogisticRegression.Fit(features, labels, l2: 1e9, tolerance: 1e-10).Classifier;
        TensorAssert.Close(classifier.Weight(), zeros(3, 3, ScalarType.Float64), atol: 1e-8);
        TensorAssert.Close(classifier.Bias().softmax(0), [0.5, 0.3, 0.2], [3], atol: 1e-8);
    }

    [Fact]
    public void Fit_NoPenaltyAndMappedFeatures_GivesTheSameAnswers()
    {
        var (features, labels) = Example.Clusters(4, 120, 4, 3, spread: 5);
        var map = RandomTensors.Normal(5, [4, 4]);
        var mapped = features.mm(map).add(7);
        var plain = LogisticRegression.Fit(features, labels, l2: 0, tolerance: 1e-9, maxIterations: 10_000);
        var other = LogisticRegression.Fit(mapped, labels, l2: 0, tolerance: 1e-9, maxIterations: 10_000);
        (plain.Converged, other.Converged).Should().Be((true, true));
        other.Loss.Should().BeApproximately(plain.Loss, 1e-10);
        TensorAssert.Close(other.Classifier.Scores(mapped).softmax(1), plain.Classifier.Scores(features).softmax(1), atol: 1e-6);
    }

    [Fact]
    public void Fit_SeparableClasses_IsRightEverywhere()
    {
        var (features, labels) = Example.Clusters(6, 60, 5, 4);
        var fit = LogisticRegression.Fit(features, labels, l2: 0);
        (fit.Converged, fit.Loss).Should().Match<(bool Converged, double Loss)>(one => one.Converged && one.Loss < 1e-4);
        fit.Classifier.Classify(features, labels).Top1.Value.Should().Be(1);
    }

    [Fact]
    public void Fit_TooFewIterations_SaysSo()
    {
        var (features, labels) = Example.Clusters(7, 60, 5, 4, spread: 4);
        var fit = LogisticRegression.Fit(features, labels, l2: 1e-6, maxIterations: 2);
        (fit.Converged, fit.Iterations).Should().Be((false, 2));
    }

    [Fact]
    public void Fit_Twice_IsTheSameToTheBit()
    {
        var (features, labels) = Example.Clusters(8, 200, 16, 5, spread: 3, type: ScalarType.Float32);
        TensorAssert.Same(
            LogisticRegression.Fit(features, labels, 0.01).Classifier.Weight(), LogisticRegression.Fit(features, labels, 0.01).Classifier.Weight());
    }

    [Fact]
    public void Fit_Tensors_LeavesNoneBehind()
    {
        var (features, labels) = Example.Clusters(1, 30, 5, 4, type: ScalarType.Float32);
        LeakCheck.NothingLeft(() => LogisticRegression.Fit(features, labels, 0.1), features, labels);
        var classifier = LogisticRegression.Fit(features, labels, 0.1).Classifier;
        LeakCheck.OnlyResult(classifier.Weight);
        LeakCheck.OnlyResult(classifier.Bias);
        LeakCheck.OnlyResult(() => classifier.Scores(features), features);
        LeakCheck.NothingLeft(() => classifier.Classify(features, labels), features, labels);
    }

    [Fact]
    public void Fit_BadInput_Throws()
    {
        var (good, labels) = (ones(6, 4), zeros(6, ScalarType.Int64));
        foreach (var (features, message) in Example.BadFeatures("features", 6))
        {
            Example.Refuses(() => LogisticRegression.Fit(features, labels, 1), message);
        }

        Example.Refuses(() => LogisticRegression.Fit(good, zeros(6), 1), "Expected `labels` to be Int64 of shape [6], *");
        Example.Refuses(() => LogisticRegression.Fit(good, labels, -1), "Expected `l2` to be finite and at least 0, but got -1.*");
        Example.Refuses(() => LogisticRegression.Fit(good, labels, double.NaN), "Expected `l2` to be finite and at least 0, but got NaN.*");
        Example.Refuses(() => LogisticRegression.Fit(good, labels, 1, tolerance: 0), "Expected `tolerance` to be finite and greater than 0, but got 0.*");
        Example.Refuses(() => LogisticRegression.Fit(good, labels, 1, maxIterations: 0), "Expected `maxIterations` to be at least 1, but got 0.*");
        var classifier = LogisticRegression.Fit(good, labels, 1).Classifier;
        Example.Refuses(() => classifier.Scores(ones(6, 3)), "Expected `features` to have shape [N, 4], but got [6, 3].*");
        Example.Refuses(() => classifier.Classify(good, labels.add(1)), "Expected `labels` to hold classes from 0 to 0, but got 1.*");
    }

    private static double[] Reference(LinearClassifier classifier, double[][] rows, int[] labels, double l2, out double loss)
    {
        var weight = Example.Rows(classifier.Weight());
        var bias = TensorAssert.Values(classifier.Bias());
        var (classes, width) = (bias.Length, rows[0].Length);
        var gradient = new double[classes * (width + 1)];
        loss = l2 / 2 * weight.Sum(row => row.Sum(w => w * w));
        for (var n = 0; n < rows.Length; n++)
        {
            var exponentials = weight.Select((w, c) => Math.Exp(Example.Dot(w, rows[n]) + bias[c])).ToArray();
            loss -= Math.Log(exponentials[labels[n]] / exponentials.Sum()) / rows.Length;
            for (var c = 0; c < classes; c++)
            {
                var residual = ((exponentials[c] / exponentials.Sum()) - (c == labels[n] ? 1 : 0)) / rows.Length;
                for (var j = 0; j < width; j++)
                {
                    gradient[(c * (width + 1)) + j] += residual * rows[n][j];
                }

                gradient[(c * (width + 1)) + width] += residual;
            }
        }

        for (var c = 0; c < classes; c++)
        {
            for (var j = 0; j < width; j++)
            {
                gradient[(c * (width + 1)) + j] += l2 * weight[c][j];
            }
        }

        return gradient;
    }
}
