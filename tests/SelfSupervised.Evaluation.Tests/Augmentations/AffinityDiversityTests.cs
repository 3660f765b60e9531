using SelfSupervised.Core.Views;
using SelfSupervised.Evaluation.Augmentations;

namespace SelfSupervised.Evaluation.Tests.Augmentations;

public sealed class AffinityDiversityTests : IDisposable
{
    private static readonly ViewPipeline Nothing = new();
    private static readonly ViewPipeline Noise = new(new GaussianNoise(0.2, 0.2));

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Measure_Identity_ChangesNothing()
    {
        var (images, labels) = Set();
        var affinity = Affinity.Measure(Brightest, images, labels, Nothing, seed: 1, draws: 3);
        (affinity.Ratio, affinity.Difference, affinity.Clean, affinity.Augmented.Count).Should().Be((1, 0, new Accuracy(60, 60), 180));
        using var encoder = nn.Flatten();
        var diversity = Diversity.OfLinearProbe(encoder, images, labels, Nothing, seed: 1, draws: 2);
        diversity.Ratio.Should().BeApproximately(1, 1e-3);
    }

    [Fact]
    public void Measure_ByHand_IsTheAccuracyOnDrawnImages()
    {
        var (images, labels) = Set();
        var affinity = Affinity.Measure(Brightest, images, labels, Noise, seed: 7, draws: 2);
        var indices = Enumerable.Range(0, 60).ToArray();
        var correct = Enumerable.Range(0, 2).Sum(draw =>
            Brightest(Noise.Apply(images, new ViewKey(7, draw), indices)).argmax(1).eq(labels).sum().item<long>());
        affinity.Augmented.Should().Be(new Accuracy(correct, 120));
        affinity.Ratio.Should().BeApproximately(correct / 120.0, 1e-12).And.BeLessThan(1);
        affinity.Difference.Should().BeApproximately((correct / 120.0) - 1, 1e-12);
    }

    [Fact]
    public void OfLinearProbe_Noise_IsHarderToFit()
    {
        var (images, labels) = Set();
        using var encoder = nn.Flatten();
        var weak = Diversity.OfLinearProbe(encoder, images, labels, new ViewPipeline(new GaussianNoise(0.05, 0.05)), seed: 1);
        var strong = Diversity.OfLinearProbe(encoder, images, labels, Noise, seed: 1);
        strong.Ratio.Should().BeGreaterThan(weak.Ratio);
        weak.Ratio.Should().BeGreaterThan(1);
        strong.Clean.Should().Be(weak.Clean);
    }

    [Fact]
    public void OfTrainingLosses_ByHand_IsTheRatioOfMeans()
    {
        var diversity = Diversity.OfTrainingLosses([0.5, 0.7], [0.2, 0.2, 0.5]);
        (diversity.Augmented, diversity.Clean).Should().Be((0.6, 0.3));
        diversity.Ratio.Should().BeApproximately(2, 1e-12);
        Diversity.OfTrainingLosses([0.4], [0.4]).Ratio.Should().Be(1);
        Example.Refuses(() => Diversity.OfTrainingLosses([], [1]), "Expected `augmented` to hold at least one loss, but it is empty.*");
        Example.Refuses(() => Diversity.OfTrainingLosses([1], [double.NaN]), "Expected `clean` to be finite and at least 0*");
    }

    [Fact]
    public void Measures_Tensors_LeaveNoneBehind()
    {
        var (images, labels) = Set();
        using var encoder = nn.Flatten();
        LeakCheck.NothingLeft(() => Affinity.Measure(Brightest, images, labels, Noise, 1), images, labels);
        LeakCheck.NothingLeft(() => Diversity.OfLinearProbe(encoder, images, labels, Noise, 1, draws: 1), images, labels);
    }

    [Fact]
    public void Measures_BadInput_Throw()
    {
        var (images, labels) = Set();
        using var encoder = nn.Flatten();
        Example.Refuses(() => Affinity.Measure(Brightest, images[0], labels, Noise, 1), "Expected `images` to have shape [N, C, H, W]*");
        Example.Refuses(() => Affinity.Measure(Brightest, images, labels, Noise, 1, draws: 0), "Expected `draws` to be at least 1*");
        Example.Refuses(() => Affinity.Measure(batch => batch, images, labels, Noise, 1), "Expected `classifier` to give scores*");
        Example.Refuses(() => Diversity.OfLinearProbe(encoder, images, labels.narrow(0, 0, 5), Noise, 1), "Expected `labels` to be Int64 of shape [60]*");
        Example.Refuses(() => Diversity.OfLinearProbe(encoder, images, labels, Noise, 1, l2: -1), "Expected `l2` to be finite and at least 0*");
    }

    // Class c is the channel that is brightest, by little.
    private static (Tensor Images, Tensor Labels) Set()
    {
        var labels = arange(60).remainder(3);
        var own = nn.functional.one_hot(labels, 3).to(ScalarType.Float32).mul(0.03f).view(60, 3, 1, 1);
        return (own.expand(60, 3, 4, 4).add(0.5f).clone(), labels);
    }

    private static Tensor Brightest(Tensor images) => images.mean([2L, 3L]);
}
