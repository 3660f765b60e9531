using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

/// <summary>Adaptive instance normalisation, styles drawn from a set, and the surrogate by Fourier amplitudes.</summary>
public sealed class TextureTests : IDisposable
{
    private static readonly ImageShape s_shape = new(3, 12, 10);
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void AdaIN_Output_HasTheStylesStatistics()
    {
        var (content, style) = (RandomTensors.Normal(1, [2, 3, 5, 4]), RandomTensors.Normal(2, [2, 3, 7, 3]).mul(3).add(1));
        var output = AdaptiveInstanceNormalization.Apply(content, style);
        TensorAssert.Close(output.mean([2, 3]), style.mean([2, 3]));
        TensorAssert.Close(output.var([2, 3]), style.var([2, 3]), atol: 1e-3);
        TensorAssert.Close(AdaptiveInstanceNormalization.Apply(content, content), content, atol: 1e-12);
        TensorAssert.Close(AdaptiveInstanceNormalization.Apply(content.mul(5).add(2), style), output, atol: 1e-3);
    }

    [Fact]
    public void AdaIN_OneChannel_IsTheFormula()
    {
        var content = tensor(new double[] { 1, 2, 3, 6 }, [1, 1, 2, 2]);
        var style = tensor(new double[] { 0, 0.5 }, [1, 1, 1, 2]);

        // Mean 3 and variance 14/3; mean 0.25 and variance 1/8.
        double At(double value) => ((value - 3) / Math.Sqrt((14 / 3.0) + 0.1) * Math.Sqrt((1 / 8.0) + 0.1)) + 0.25;
        TensorAssert.Close(AdaptiveInstanceNormalization.Apply(content, style, 0.1), [At(1), At(2), At(3), At(6)], [1, 1, 2, 2]);
        GradientCheck.Verify(z => AdaptiveInstanceNormalization.Apply(z[0], z[1]), [RandomTensors.Normal(1, [2, 2, 3, 2], requiresGrad: true), RandomTensors.Normal(2, [2, 2, 2, 2], requiresGrad: true)]);
    }

    [Fact]
    public void Stylize_StrengthAndModules_AreThoseOfTheFormula()
    {
        using var same = nn.Identity();
        var transfer = new AdaptiveInstanceNormalization(same, same);
        var (images, styles) = (Examples.Floats(1, 2, s_shape).mul(0.5f).add(0.25f), Examples.Floats(2, 2, new ImageShape(3, 5, 5)).mul(0.1f).add(0.45f));
        var strengths = tensor(new[] { 0f, 1f }, [2, 1, 1, 1]);
        var output = transfer.Stylize(images, styles, strengths);
        TensorAssert.Close(output[0], images[0]);
        TensorAssert.Close(output[1], AdaptiveInstanceNormalization.Apply(images, styles)[1]);
        TensorAssert.Close(transfer.Stylize(images, styles.mul(50), strengths).amax(), 1);
    }

    [Fact]
    public void StyleRandomization_Draw_IsAStyleAndAStrengthAndReachesTheTransfer()
    {
        var styles = arange(5, dtype: float32).div(10).view(5, 1, 1, 1).expand(5, 3, 2, 2).contiguous();
        var pipeline = new ViewPipeline(new StyleRandomization(new Painter(), styles, probability: 0.7, strength: (0.2, 0.6)));
        var images = Examples.Floats(1, 200, s_shape);
        var draw = pipeline.Draw(new ViewKey(1, 0), Examples.Indices(200), s_shape);
        var output = pipeline.Apply(images, draw);
        var applied = Enumerable.Range(0, 200).Where(image => draw.IsApplied(0, image)).ToArray();
        applied.Length.Should().BeInRange(115, 165);
        applied.Select(image => draw.Parameters(0, image)[0]).Distinct().Order().Should().Equal(0, 1, 2, 3, 4);
        for (var image = 0; image < 200; image++)
        {
            var expected = draw.IsApplied(0, image) ? zeros_like(images[image]).add((draw.Parameters(0, image)[0] / 10) + draw.Parameters(0, image)[1]) : images[image];
            TensorAssert.Close(output[image], expected);
        }

        applied.Should().OnlyContain(image => draw.Parameters(0, image).ToArray()[1] >= 0.2f && draw.Parameters(0, image).ToArray()[1] <= 0.6f);
        pipeline.Given(s_shape, draw.Values).Values.ToArray().Should().Equal(draw.Values.ToArray());
    }

    [Theory]
    [InlineData(0, 0.3)]
    [InlineData(0.2, 1)]
    [InlineData(0.5, 1)]
    public void FourierAmplitudeSwap_GivenDraw_ExchangesTheBandsAmplitudesAndKeepsPhases(double band, double strength)
    {
        // Little contrast, so that nothing is clipped.
        var images = RandomTensors.Normal(1, [3, 3, 12, 10]).mul(0.01).add(0.5);
        var pipeline = new ViewPipeline(new FourierAmplitudeSwap(1));
        float[] numbers = [1, 0, (float)strength, (float)band, 1, 0.99f, (float)strength, (float)band, 0, 0, 0, 0];
        var output = pipeline.Apply(images, pipeline.Given(s_shape, numbers));

        // Image 0's partner is the next, image 1's the last but one counted on: itself is never one; image 2 stays.
        var (before, after) = (fft.fft2(images), fft.fft2(output));
        TensorAssert.Same(output[2], images[2]);
        foreach (var (image, partner) in new[] { (0, 1), (1, 0) })
        {
            for (var (y, bound) = (0, (int)Math.Floor((float)band * 10)); y < 12; y++)
            {
                for (var x = 0; x < 10; x++)
                {
                    var inside = Math.Max(Math.Min(y, 12 - y), Math.Min(x, 10 - x)) <= bound;
                    var own = before[image].select(1, y).select(1, x).abs();
                    var other = before[partner].select(1, y).select(1, x).abs();
                    TensorAssert.Close(after[image].select(1, y).select(1, x).abs(), inside ? own.mul(1 - (float)strength).add(other.mul((float)strength)) : own, atol: 1e-9);
                }
            }

            TensorAssert.Close(sin(after[image].angle().sub(before[image].angle())), zeros(3, 12, 10, float64), atol: 1e-6);
        }
    }

    [Fact]
    public void FourierAmplitudeSwap_Draws_ReachEveryOtherImage()
    {
        var pipeline = new ViewPipeline(new FourierAmplitudeSwap(1, strength: (1, 1), band: (0, 0)));
        var images = arange(8, dtype: float64).div(10).view(8, 1, 1, 1).expand(8, 1, 4, 4).contiguous();
        var seen = new HashSet<(int, int)>();
        for (var step = 0; step < 80; step++)
        {
            var output = pipeline.Apply(images, new ViewKey(1, step), Examples.Indices(8));
            for (var image = 0; image < 8; image++)
            {
                seen.Add((image, (int)Math.Round(output[image].mean().item<double>() * 10)));
            }
        }

        seen.Count.Should().Be(8 * 7);
        seen.Any(pair => pair.Item1 == pair.Item2).Should().BeFalse("an image is not its own partner");
    }

    [Fact]
    public void FourierAmplitudeSwap_SharedDraw_HasTheSamePartner()
    {
        var views = LooCViews.Cifar(texture: new FourierAmplitudeSwap(1), size: 12);
        var plan = ViewPlan.LeaveOneOut(new ViewPipeline(views.Pipeline.Operators[0]), new DesignatedAugmentation("texture", [0]));
        var made = plan.Apply(Examples.Bytes(1, 6, s_shape), 1, 0, Examples.Indices(6));
        TensorAssert.Same(made[2], made[0]);
        TensorAssert.Values(made[1]).Should().NotEqual(TensorAssert.Values(made[0]));
    }

    [Fact]
    public void FourierAmplitudeSwap_Apply_HasTheGradientOfFiniteDifferences()
    {
        var images = RandomTensors.Normal(3, [2, 1, 4, 5]).mul(0.05).add(0.5).requires_grad_();
        var pipeline = new ViewPipeline(new FourierAmplitudeSwap(1, band: (0.25, 0.5)));
        var draw = pipeline.Draw(new ViewKey(2, 0), [0, 1], new ImageShape(1, 4, 5));
        GradientCheck.Verify(inputs => pipeline.Apply(inputs[0], draw), [images]);
    }

    [Fact]
    public void EveryOperation_LeavesOnlyItsResult()
    {
        using var same = nn.Identity();
        var (images, styles) = (Examples.Floats(1, 5, s_shape), Examples.Floats(2, 5, s_shape));
        LeakCheck.OnlyResult(() => AdaptiveInstanceNormalization.Apply(images, styles), images, styles);
        var strengths = ones(5, 1, 1, 1);
        LeakCheck.OnlyResult(() => new AdaptiveInstanceNormalization(same, same).Stylize(images, styles, strengths), images, styles, strengths);
        foreach (var probability in new[] { 0, 0.5, 1 })
        {
            var pipeline = new ViewPipeline(new FourierAmplitudeSwap(probability), new StyleRandomization(new AdaptiveInstanceNormalization(same, same), styles, probability));
            LeakCheck.OnlyResult(() => pipeline.Apply(images, new ViewKey(1, 0), Examples.Indices(5)), images, styles);
        }
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var same = nn.Identity();
        using var flat = nn.Flatten();
        var (images, transfer) = (Examples.Floats(1, 2, s_shape), new AdaptiveInstanceNormalization(same, same));
        FluentActions.Invoking(() => AdaptiveInstanceNormalization.Apply(images, images.narrow(1, 0, 2))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `style` to have shape [2, 3, h, w] and type Float32 like `content`*");
        FluentActions.Invoking(() => AdaptiveInstanceNormalization.Apply(images, ones(2, 3, 1, 1))).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => AdaptiveInstanceNormalization.Apply(images, images, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new AdaptiveInstanceNormalization(same, flat).Stylize(images, images, ones(2, 1, 1, 1))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `the decoder's output` to have shape [2, 3, 12, 10] like `images`, but got [2, 360].");
        FluentActions.Invoking(() => new StyleRandomization(null!, images)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new StyleRandomization(transfer, ones(3, 4))).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => new StyleRandomization(transfer, images, strength: (0.5, 0.4))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("strength");
        FluentActions.Invoking(() => new FourierAmplitudeSwap(1.1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new FourierAmplitudeSwap(band: (0, 0.6))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("band");
        FluentActions.Invoking(() => new FourierAmplitudeSwap(strength: (-0.1, 0.6))).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("strength");
        var swap = new ViewPipeline(new FourierAmplitudeSwap(1));
        swap.Invoking(one => one.Apply(images.narrow(0, 0, 1), new ViewKey(1, 0), [0])).Should().ThrowExactly<ArgumentException>()
            .WithMessage("FourierAmplitudeSwap takes amplitudes from another image of the batch, but the batch has one image.");
        swap.Invoking(one => one.Given(s_shape, [1, 2, 0, 0])).Should().ThrowExactly<ArgumentException>();
        swap.Invoking(one => one.Given(s_shape, [1, 0, 0, 0.7f])).Should().ThrowExactly<ArgumentException>();
        new ViewPipeline(new StyleRandomization(transfer, images)).Invoking(one => one.Given(s_shape, [1, 2, 0])).Should().ThrowExactly<ArgumentException>();
    }

    // Paints each image with its style's value and strength.
    private sealed class Painter : IStyleTransfer
    {
        public Tensor Stylize(Tensor images, Tensor styles, Tensor strengths)
        {
            using var scope = NewDisposeScope();
            return images.mul(0).add(styles.mean([1, 2, 3], keepdim: true)).add(strengths).MoveToOuterDisposeScope();
        }
    }
}
