using SelfSupervised.Core.Mixing;

namespace SelfSupervised.Core.Tests.Mixing;

public sealed class MixingTests
{
    private static readonly ImageShape s_shape = new(3, 32, 24);

    public static TheoryData<string> Names => ["mixup", "cutmix", "pairing"];

    [Theory]
    [MemberData(nameof(Names))]
    public void Draw_Partners_AreAPermutationAndReproducible(string name)
    {
        var mixing = Mixing(name);
        var draw = mixing.Draw(1, 5, 50, s_shape);
        draw.Partners.Order().Should().Equal(Enumerable.Range(0, 50));
        mixing.Draw(1, 5, 50, s_shape).Should().BeEquivalentTo(draw);
        mixing.Draw(1, 6, 50, s_shape).Partners.Should().NotEqual(draw.Partners);
        draw.LabelWeight.Should().BeInRange(0, 1);
    }

    [Fact]
    public void Mixup_Pixels_AreConvexCombinations()
    {
        using var scope = NewDisposeScope();
        var images = RandomTensors.Normal(1, [4, 3, 32, 24]).sigmoid();
        var draw = new MixDraw([2, 0, 3, 1], 0.3, 0.3, default);
        TensorAssert.Close(BatchMixing.Apply(images, draw), images * 0.3 + images[tensor(new long[] { 2, 0, 3, 1 })] * 0.7);
        TensorAssert.Same(BatchMixing.Apply(images, draw with { ImageWeight = 1 }), images);
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.3)]
    [InlineData(4.0)]
    public void Mixup_Weight_HasTheMomentsOfBeta(double alpha)
    {
        const int count = 20_000;
        var mixup = new Mixup(alpha);
        var weights = Enumerable.Range(0, count).Select(step => mixup.Draw(3, step, 2, s_shape).ImageWeight).ToList();
        weights.Should().OnlyContain(weight => weight >= 0 && weight <= 1);
        var variance = 1 / (4 * ((2 * alpha) + 1));
        weights.Average().Should().BeApproximately(0.5, 5 * Math.Sqrt(variance / count));
        weights.Average(weight => (weight - 0.5) * (weight - 0.5)).Should().BeApproximately(variance, 0.05 * variance);
    }

    [Fact]
    public void Mixup_TinyAlpha_IsNearAnEndAndNeverNaN()
    {
        var weights = Enumerable.Range(0, 200).Select(step => new Mixup(1e-300).Draw(3, step, 2, s_shape).ImageWeight).ToList();
        weights.Should().OnlyContain(weight => weight == 0 || weight == 1);
        weights.Distinct().Should().HaveCount(2);
        new Mixup(0).Draw(1, 0, 2, s_shape).ImageWeight.Should().Be(1);
    }

    [Fact]
    public void CutMix_Box_HasExactlyTheArea()
    {
        using var scope = NewDisposeScope();
        var cutmix = new CutMix();
        for (var step = 0; step < 200; step++)
        {
            var draw = cutmix.Draw(1, step, 2, s_shape);
            var images = stack([zeros(3, 32, 24), ones(3, 32, 24)]);
            var mixed = BatchMixing.Apply(images, draw with { Partners = [1, 0] });
            var pasted = mixed[0, 0].sum().item<float>();
            ((1 - draw.LabelWeight) * 32 * 24).Should().BeApproximately(pasted, 1e-9);
            draw.ImageWeight.Should().Be(1);
        }

        // E[1 − λ] is ½ before clipping, and less after it.
        Enumerable.Range(0, 2000).Average(step => 1 - cutmix.Draw(1, step, 2, s_shape).LabelWeight).Should().BeInRange(0.25, 0.45);
    }

    [Fact]
    public void CutMix_Probability_IsTheShareOfBatches() =>
        Enumerable.Range(0, 4000).Count(step => new CutMix(0.5).Draw(1, step, 2, s_shape).Box == default).Should().BeInRange(1_850, 2_170);

    [Fact]
    public void SamplePairing_Batch_IsAveragedAndKeepsItsLabels()
    {
        using var scope = NewDisposeScope();
        var (images, labels) = (RandomTensors.Normal(1, [5, 3, 4, 4]), RandomTensors.Normal(2, [5]));
        var draw = new SamplePairing().Draw(1, 0, 5, new ImageShape(3, 4, 4));
        var places = tensor(draw.Partners.Select(place => (long)place).ToArray());
        TensorAssert.Close(BatchMixing.Apply(images, draw), (images + images[places]) / 2);
        TensorAssert.Close(BatchMixing.Loss(draw, labels, target => target.sum()), labels.sum());
    }

    [Fact]
    public void IsActive_Epochs_AreEightOfTenInTheMiddle()
    {
        Enumerable.Range(0, 100).Should().OnlyContain(epoch => !SamplePairing.IsActive(epoch, 100, 150));
        Enumerable.Range(100, 50).Count(epoch => SamplePairing.IsActive(epoch, 100, 150)).Should().Be(40);
        SamplePairing.IsActive(107).Should().BeTrue();
        SamplePairing.IsActive(108).Should().BeFalse();
        SamplePairing.IsActive(150, 100, 150).Should().BeFalse();
        FluentActions.Invoking(() => SamplePairing.IsActive(-1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Loss_CrossEntropy_IsThatOfTheMixedTarget()
    {
        using var scope = NewDisposeScope();
        var logits = RandomTensors.Normal(1, [4, 5]);
        var labels = tensor(new long[] { 0, 3, 2, 4 });
        var draw = new MixDraw([2, 0, 3, 1], 0.3, 0.3, default);
        var hot = nn.functional.one_hot(labels, 5).@double();
        var mixed = (hot * 0.3) + (hot[tensor(new long[] { 2, 0, 3, 1 })] * 0.7);
        TensorAssert.Close(mixed.sum(1), ones(4, float64));
        var expected = (mixed * nn.functional.log_softmax(logits, 1)).sum(1).mean().neg();
        TensorAssert.Close(BatchMixing.Loss(draw, labels, target => nn.functional.cross_entropy(logits, target)), expected);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Apply_Lifetimes_AreTheCallers(string name)
    {
        var (images, labels) = (RandomTensors.Normal(1, [6, 3, 32, 24]), RandomTensors.Normal(2, [6]));
        var draw = Mixing(name).Draw(1, 3, 6, s_shape);
        LeakCheck.OnlyResult(() => BatchMixing.Apply(images, draw), images);
        LeakCheck.OnlyResult(() => BatchMixing.Loss(draw, labels, target => target.sum()), labels);
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        var draw = new MixDraw([1, 0], 1, 0.5, (0, 0, 4, 4));
        FluentActions.Invoking(() => new Mixup(-1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("alpha");
        FluentActions.Invoking(() => new CutMix(2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("probability");
        FluentActions.Invoking(() => new CutMix(1, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("alpha");
        FluentActions.Invoking(() => new Mixup().Draw(1, -1, 2, s_shape)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("step");
        FluentActions.Invoking(() => new Mixup().Draw(1, 0, 0, s_shape)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        FluentActions.Invoking(() => BatchMixing.Apply(ones(3, 3, 8, 8), draw)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `images` to be 2 that hold the box (0, 0, 4, 4), as was drawn for, but got [3, 3, 8, 8].*");
        FluentActions.Invoking(() => BatchMixing.Apply(ones(2, 3, 3, 8), draw)).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => BatchMixing.Loss(draw, ones(3), target => target.sum())).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `labels` to have 2 rows, as was drawn for, but got [3].*");
    }

    private static BatchMixing Mixing(string name) => name switch
    {
        "mixup" => new Mixup(),
        "cutmix" => new CutMix(),
        _ => new SamplePairing(),
    };
}
