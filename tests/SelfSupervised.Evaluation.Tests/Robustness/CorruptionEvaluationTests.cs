using SelfSupervised.Evaluation.Tests.Reports;

namespace SelfSupervised.Evaluation.Tests.Robustness;

public sealed class CorruptionEvaluationTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly CorruptionSuite _suite = new(CorruptionScale.Cifar, seed: 1);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Evaluate_ByHand_IsTheShareOfRightAnswersOfTheCorruptedSet()
    {
        var (images, labels) = Set(10);
        var options = new CorruptionOptions { Corruptions = [Corruption.Contrast, Corruption.ImpulseNoise], Severities = [5, 2], BatchSize = 4 };
        var told = new List<CorruptionAccuracy>();
        var result = CorruptionEvaluation.Evaluate(_suite, images, labels, Brightest, options, new Told(told));
        result.Clean.Should().Be(new Accuracy(10, 10));
        result.All.Select(one => (one.Corruption, one.Severity)).Should().Equal(
            (Corruption.Contrast, 2), (Corruption.Contrast, 5), (Corruption.ImpulseNoise, 2), (Corruption.ImpulseNoise, 5));
        told.Should().Equal(result.All);
        foreach (var one in result.All)
        {
            var scores = Brightest(_suite.Apply(images, one.Corruption, one.Severity, Enumerable.Range(0, 10).ToArray()));
            one.Accuracy.Should().Be(new Accuracy(scores.argmax(1).eq(labels).sum().item<long>(), 10));
        }
    }

    [Fact]
    public void Evaluate_Probe_EqualsItsScoresOnFeatures()
    {
        var (images, labels) = Set(12);
        using var encoder = nn.Sequential(nn.Flatten(), nn.Linear(192, 5));
        var fit = LogisticRegression.Fit(FeatureExtractor.Extract(encoder, [images]), labels, 0.01);
        var options = new CorruptionOptions { Corruptions = [Corruption.ShotNoise], Severities = [5] };
        var probe = CorruptionEvaluation.Evaluate(_suite, images, labels, encoder, fit.Classifier, options);
        var function = CorruptionEvaluation.Evaluate(
            _suite, images, labels, batch => fit.Classifier.Scores(FeatureExtractor.Extract(encoder, [batch])), options);
        probe.All.Should().Equal(function.All);
        probe.Clean.Should().Be(function.Clean);
        encoder.training.Should().BeTrue();
    }

    [Fact]
    public void Means_ByHand_AreOverCorruptionsGroupsAndSeverities()
    {
        var result = Made((corruption, severity) => severity == 1 ? 90 : 80 - (int)corruption, clean: 95);
        result.Mean(Corruption.ShotNoise).Should().BeApproximately((0.9 + (4 * 0.79)) / 5, 1e-12);
        result.Mean(Corruption.ShotNoise, leastSeverity: 3).Should().BeApproximately(0.79, 1e-12);
        result.Mean(CorruptionGroup.Noise, leastSeverity: 3).Should().BeApproximately((0.8 + 0.79 + 0.78) / 3, 1e-12);
        result.MeanOfSeverity(1).Should().BeApproximately(0.9, 1e-12);
        result.MeanAccuracy.Should().BeApproximately((0.9 + (4 * (0.8 - 0.07))) / 5, 1e-12);
        (result.Measured.Count, result.Severities.Count, result.Count).Should().Be((19, 5, 100));
    }

    // Errors by hand: a clean one of 20 %, of 40 % under all corruptions but snow's 60 %; of the baseline 10 %, 50 % and 80 %.
    [Fact]
    public void MeanCorruptionError_ByHand_DividesByTheBaseline()
    {
        var result = Made((corruption, _) => corruption == Corruption.Snow ? 40 : 60, clean: 80);
        var baseline = Made((corruption, _) => corruption == Corruption.Snow ? 20 : 50, clean: 90).AsBaseline("other");
        result.CorruptionError(Corruption.Fog, baseline).Should().BeApproximately(80, 1e-9);
        result.CorruptionError(Corruption.Snow, baseline).Should().BeApproximately(75, 1e-9);
        result.MeanCorruptionError(baseline).Should().BeApproximately(((14 * 80) + 75) / 15.0, 1e-9);
        result.CorruptionError(Corruption.Fog, baseline, relative: true).Should().BeApproximately(50, 1e-9);
        result.MeanCorruptionError(baseline, relative: true).Should().BeApproximately(((14 * 50.0) + (100 * 0.4 / 0.7)) / 15, 1e-9);
        result.MeanCorruptionError(result.AsBaseline("itself")).Should().BeApproximately(100, 1e-9);
        (baseline.Name, Math.Round(baseline.Clean, 9), Math.Round(baseline.Error(Corruption.Snow), 9)).Should().Be(("other", 0.1, 0.8));
    }

    [Fact]
    public void AlexNet_Table_IsThePublishedOne()
    {
        var alexNet = CorruptionBaseline.AlexNet;
        Corruptions.Common.Select(alexNet.Error).Should().Equal(
            0.886, 0.894, 0.923, 0.820, 0.826, 0.786, 0.798, 0.867, 0.827, 0.819, 0.565, 0.853, 0.646, 0.718, 0.607);
        (alexNet.Name, alexNet.Clean).Should().Be(("AlexNet", 0.435));
        FluentActions.Invoking(() => alexNet.Error(Corruption.Spatter)).Should().Throw<InvalidOperationException>()
            .WithMessage("Expected the baseline AlexNet to know its error under Spatter, but it doesn't.");
    }

    [Fact]
    public void Means_OfWhatWasNotMeasured_Throw()
    {
        var (images, labels) = Set(4);
        var result = CorruptionEvaluation.Evaluate(
            _suite, images, labels, Brightest, new CorruptionOptions { Corruptions = [Corruption.Spatter, Corruption.Fog], Severities = [2, 3] });
        Action[] asked =
        [
            () => result.At(Corruption.Fog, 1), () => result.Mean(Corruption.Snow), () => result.Mean(CorruptionGroup.Noise), () => result.MeanOfSeverity(5),
            () => result.Mean(Corruption.Fog, 4), () => result.CorruptionError(Corruption.Fog, CorruptionBaseline.AlexNet), () => result.AsBaseline("x"),
            () => result.MeanCorruptionError(CorruptionBaseline.AlexNet),
        ];
        foreach (var ask in asked)
        {
            ask.Should().Throw<InvalidOperationException>().WithMessage("Expected * to have been measured, but *");
        }
    }

    [Fact]
    public void Report_TableAndChart_ShowEveryCorruption()
    {
        var result = Made((_, severity) => 90 - severity, clean: 95);
        var html = Page.Of(
            CorruptionReport.Table("By corruption", [("mine", result), ("other", result)]), CorruptionReport.Chart("By severity", [("mine", result)]));
        html.Should().Contain("Noise: shot noise").And.Contain("Weather: mean").And.Contain("Extra: saturate").And.Contain(">87.0<").And.Contain(">95.0 <small>");
        html.Should().Contain("accuracy, % by severity. mine goes from 95 to 85");
        Example.Refuses(() => CorruptionReport.Table("x", []), "Expected `results` to hold at least one, but it is empty.*");
    }

    [Fact]
    public void Evaluate_Tensors_LeavesNoneBehind()
    {
        var (images, labels) = Set(6);
        using var encoder = nn.Sequential(nn.Flatten(), nn.Linear(192, 5));
        var fit = LogisticRegression.Fit(FeatureExtractor.Extract(encoder, [images]), labels, 0.01);
        var options = new CorruptionOptions { Corruptions = [Corruption.Fog], Severities = [1], BatchSize = 4 };
        LeakCheck.NothingLeft(() => CorruptionEvaluation.Evaluate(_suite, images, labels, encoder, fit.Classifier, options), images, labels);
    }

    [Fact]
    public void Evaluate_BadInput_Throws()
    {
        var (images, labels) = Set(4);
        Refuses(images.select(0, 0), labels, Brightest, "Expected `images` to have shape [N, C, H, W]*");
        Refuses(images, labels.narrow(0, 0, 3), Brightest, "Expected `labels` to be Int64 of shape [4]*");
        Refuses(images, labels.sub(1), Brightest, "Expected `labels` to hold classes from 0*");
        Refuses(images, labels, batch => batch, "Expected `classifier` to give scores of shape [4, K], K at least 3, but got [4, 3, 8, 8].");
        Refuses(images, labels, _ => full([4, 3], float.NaN), "Expected `classifier` to give finite scores*");
        Example.Refuses(() => _ = new CorruptionOptions { Corruptions = [] }, "Expected `Corruptions` to hold at least one, but it is empty.*");
        Example.Refuses(() => _ = new CorruptionOptions { Severities = [0] }, "Expected `Severities` to be from 1 to 5*");
        Example.Refuses(() => _ = new CorruptionOptions { BatchSize = 0 }, "Expected `BatchSize` to be at least 1*");
        Example.Refuses(() => _ = new CorruptionBaseline("x", 43.5, new Dictionary<Corruption, double>()), "Expected `clean` to be from 0 to 1, but got 43.5.*");

        void Refuses(Tensor bad, Tensor badLabels, Func<Tensor, Tensor> classifier, string message) =>
            Example.Refuses(() => CorruptionEvaluation.Evaluate(_suite, bad, badLabels, classifier), message);
    }

    // Class c is the channel that is brightest, by little.
    private static (Tensor Images, Tensor Labels) Set(int count)
    {
        var labels = arange(count).remainder(3);
        var own = nn.functional.one_hot(labels, 3).to(ScalarType.Float32).mul(0.02f).view(count, 3, 1, 1);
        return (own.add(RandomTensors.Normal(5, [count, 1, 8, 8], ScalarType.Float32).mul(0.1f)).add(0.5f).clamp(0, 1), labels);
    }

    private static Tensor Brightest(Tensor images) => images.mean([2L, 3L]);

    private CorruptionResult Made(Func<Corruption, int, int> correct, int clean) => new(
        new Accuracy(clean, 100),
        Corruptions.All.SelectMany(one => Corruptions.Severities.Select(
            severity => new CorruptionAccuracy(one, severity, new Accuracy(correct(one, severity), 100)))).ToArray(),
        _suite,
        100);

    private sealed class Told(List<CorruptionAccuracy> list) : IProgress<CorruptionAccuracy>
    {
        public void Report(CorruptionAccuracy value) => list.Add(value);
    }
}
