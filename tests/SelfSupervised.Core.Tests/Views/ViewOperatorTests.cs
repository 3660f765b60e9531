using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

/// <summary>What each operator is defined to do, on images small enough to see.</summary>
public sealed class ViewOperatorTests
{
    public static TheoryData<ViewExecutor> Executors => [ViewExecutor.Torch, ViewExecutor.Fused];

    [Theory]
    [MemberData(nameof(Executors))]
    public void RandomResizedCrop_WholeImageOfItsOwnSize_IsTheImage(ViewExecutor executor)
    {
        using var scope = NewDisposeScope();
        var images = Examples.Floats(1, 3, Examples.Shape);
        var crop = new ViewPipeline(new RandomResizedCrop(11, 14, (1, 1), (14 / 11.0, 14 / 11.0)));
        TensorAssert.Close(crop.Apply(images, new ViewKey(1, 0), [0, 1, 2], executor), images, atol: 1e-6);
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Flips_Twice_AreTheImage(ViewExecutor executor)
    {
        using var scope = NewDisposeScope();
        var images = Examples.Floats(1, 3, Examples.Shape);
        foreach (var flip in new ViewOperator[] { new RandomHorizontalFlip(1), new RandomVerticalFlip(1) })
        {
            TensorAssert.Same(new ViewPipeline(flip, flip).Apply(images, new ViewKey(1, 0), [0, 1, 2], executor), images);
        }

        TensorAssert.Same(new ViewPipeline(new RandomHorizontalFlip(1)).Apply(images, new ViewKey(1, 0), [0, 1, 2], executor), images.flip(3));
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void RightAngleRotation_QuarterTurn_IsTransposeThenVerticalFlip(ViewExecutor executor)
    {
        using var scope = NewDisposeScope();
        var images = Examples.Floats(1, 2, new ImageShape(3, 6, 6));
        var turn = new RightAngleRotation([1]);
        TensorAssert.Same(new ViewPipeline(turn).Apply(images, new ViewKey(1, 0), [0, 1], executor), images.transpose(2, 3).flip(2));
        TensorAssert.Same(new ViewPipeline(turn, turn, turn, turn).Apply(images, new ViewKey(1, 0), [0, 1], executor), images);
        TensorAssert.Same(new ViewPipeline(new RightAngleRotation([3])).Apply(images, new ViewKey(1, 0), [0, 1], executor), images.flip(2).transpose(2, 3));
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void Cutout_Centre_ZeroesWhatTheRuleSays(ViewExecutor executor)
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(1, 32, 32);
        var cutout = new ViewPipeline(new Cutout(16));
        var draw = cutout.Given(shape, [1, 0, 0, 1, 16, 16, 1, 31, 8]);
        var view = cutout.Apply(ones(3, 1, 32, 32), draw, executor);
        view.eq(0).sum([1, 2, 3]).data<long>().ToArray().Should().Equal(64, 256, 9 * 16);
        view[0, 0, 7, 7].item<float>().Should().Be(0);
        view[0, 0, 8, 7].item<float>().Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void RandomErasing_Fill_StaysInTheBox(ViewExecutor executor)
    {
        using var scope = NewDisposeScope();
        var images = Examples.Floats(2, 2, new ImageShape(3, 8, 9)).mul(-1).sub(1); // all below 0, so that a fill is known
        float[] rows = [1, 2, 3, 4, 5, 7, 8, 1, 0, 0, 7, 8, 9, 10];
        foreach (var (fill, mean) in new[] { (ErasingFill.Random, null), (ErasingFill.Zero, null), (ErasingFill.Mean, new[] { 0.1, 0.2, 0.3 }) })
        {
            var erasing = new ViewPipeline(new RandomErasing(1, fill: fill, mean: mean));
            var view = erasing.Apply(images, erasing.Given(new ImageShape(3, 8, 9), rows), executor);
            view.ge(0).sum([1, 2, 3]).data<long>().ToArray().Should().Equal(3 * 4 * 5, 3 * 7 * 8);
            var box = view.narrow(2, 2, 4).narrow(3, 3, 5)[0];
            if (fill == ErasingFill.Random)
            {
                box.lt(1).all().item<bool>().Should().BeTrue();
                box.flatten().unique(sorted: true).output.numel().Should().Be(60);
            }
            else
            {
                TensorAssert.Close(box, tensor(mean ?? [0, 0, 0], [3, 1, 1], float32).expand(3, 4, 5));
            }
        }
    }

    [Fact]
    public void RandomGaussianBlur_Taps_AreTheClosedForm()
    {
        using var scope = NewDisposeScope();
        AssertCentre(new RandomGaussianBlur(radius: 1, border: BorderMode.Zero, probability: 1), sigma: 1, 0.2740686, 0.4518628, 0.2740686);
        AssertCentre(RandomGaussianBlur.SimClr(224), sigma: 1, 0.2419707, 0.3989423, 0.2419707);
        AssertCentre(RandomGaussianBlur.SimClr(224), sigma: 2, 0.1760327, 0.1994711, 0.1760327);
        AssertCentre(RandomGaussianBlur.SimClr(224), sigma: 0.1f, 0, 1, 0);
        RandomGaussianBlur.SimClr(224).Radius.Should().Be(11);
        RandomGaussianBlur.SimClr(32).Radius.Should().Be(1);

        // A line through the middle of the image of one bright row.
        static void AssertCentre(RandomGaussianBlur blur, float sigma, params double[] taps)
        {
            var images = zeros(1, 1, 41, 41);
            images[0, 0, 20].fill_(1);
            var pipeline = new ViewPipeline(blur);
            var view = pipeline.Apply(images, pipeline.Given(new ImageShape(1, 41, 41), [1, sigma]));
            TensorAssert.Close(view[0, 0, TensorIndex.Slice(19, 22), 20], taps, [3], atol: 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void RandomGaussianBlur_Constant_StaysInsideAndEverywhereIfReflected(ViewExecutor executor)
    {
        using var scope = NewDisposeScope();
        var images = full([1, 3, 12, 9], 0.7f);
        var reflected = new ViewPipeline(new RandomGaussianBlur(probability: 1));
        TensorAssert.Close(reflected.Apply(images, new ViewKey(1, 0), [0], executor), images);
        var zeroed = new ViewPipeline(new RandomGaussianBlur(radius: 2, border: BorderMode.Zero, probability: 1));
        var view = zeroed.Apply(images, zeroed.Given(new ImageShape(3, 12, 9), [1, 1.5f]), executor);
        TensorAssert.Close(view.narrow(2, 2, 8).narrow(3, 2, 5), images.narrow(2, 2, 8).narrow(3, 2, 5));
        view[0, 0, 0, 0].item<float>().Should().BeLessThan(0.69f);
    }

    [Fact]
    public void GaussianNoise_MidGray_HasItsDeviationAndDiffersByImage()
    {
        using var scope = NewDisposeScope();
        var images = full([2, 3, 64, 64], 0.5f);
        var noise = new ViewPipeline(new GaussianNoise(0.05)).Apply(images, new ViewKey(1, 0), [0, 1]).sub(0.5);
        noise.std().item<float>().Should().BeApproximately(0.05f, 0.001f);
        noise.mean().item<float>().Should().BeApproximately(0, 0.002f);
        noise[0].sub(noise[1]).abs().mean().item<float>().Should().BeGreaterThan(0.04f);
        new ViewPipeline(new GaussianNoise(5)).Apply(images, new ViewKey(1, 0), [0, 1]).aminmax().Should().Match<(Tensor Min, Tensor Max)>(
            range => range.Min.item<float>() == 0 && range.Max.item<float>() == 1);
    }

    [Fact]
    public void PcaColorJitter_Alphas_AddOneColourToEveryPixel()
    {
        using var scope = NewDisposeScope();
        var (pipeline, images) = (new ViewPipeline(PcaColorJitter.ImageNet()), full([2, 3, 4, 4], 0.5f));
        var added = pipeline.Apply(images, pipeline.Given(new ImageShape(3, 4, 4), [1, 0, 0, 0, 1, 1, -1, 2])).sub(images);
        TensorAssert.Same(added[0], zeros(3, 4, 4));
        double[] colour =
        [
            (-0.5675 * 0.2175) - (0.7192 * 0.0188) + (2 * 0.4009 * 0.0045),
            (-0.5808 * 0.2175) - (-0.0045 * 0.0188) + (2 * -0.8140 * 0.0045),
            (-0.5836 * 0.2175) - (-0.6948 * 0.0188) + (2 * 0.4203 * 0.0045),
        ];
        TensorAssert.Close(added[1], tensor(colour, [3, 1, 1], float32).expand(3, 4, 4), atol: 1e-6);
    }

    [Fact]
    public void PcaColorJitter_OfImages_HasTheComponentsOfTheirColours()
    {
        using var scope = NewDisposeScope();
        // Colours along one line but for a little of a second direction: (1, 1, 0)/√2 with deviation 0.2, (0, 0, 1) with 0.05.
        var (along, across) = (RandomTensors.Normal(1, [2, 1, 30, 30]).mul(0.2), RandomTensors.Normal(2, [2, 1, 30, 30]).mul(0.05));
        var images = cat([along / Math.Sqrt(2), along / Math.Sqrt(2), across], 1).add(0.5);
        var operation = PcaColorJitter.Of(images);
        var pixels = images.permute(1, 0, 2, 3).reshape(3, -1);
        var expected = linalg.svd(pixels.sub(pixels.mean([1], keepdim: true)) / Math.Sqrt(1800), fullMatrices: false).S.square();
        TensorAssert.Close(tensor(operation.Eigenvalues.ToArray()), expected, atol: 1e-9);

        var pipeline = new ViewPipeline(operation);
        var added = pipeline.Apply(full([1, 3, 1, 1], 0.5f), pipeline.Given(new ImageShape(3, 1, 1), [1, 1, 0, 0])).sub(0.5).flatten().abs();
        var size = operation.Eigenvalues[0] / Math.Sqrt(2);
        TensorAssert.Close(added, [size, size, 0], [3], atol: 1e-3);
        LeakCheck.NothingLeft(() => PcaColorJitter.Of(images), images);
    }

    [Theory]
    [MemberData(nameof(Executors))]
    public void ColorJitter_NeutralAndExtremeFactors_DoWhatTheyShould(ViewExecutor executor)
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(3, 4, 5);
        var images = Examples.Floats(3, 1, shape);
        var red = tensor([1f, 0, 0], [1, 3, 1, 1]).expand(1, 3, 4, 5);
        var gray = full([1, 3, 4, 5], 0.4f);
        TensorAssert.Same(Jitter(images, 1, 1, 1, 0), images);
        TensorAssert.Close(Jitter(red, 1, 1, 1, 1 / 3f), tensor([0f, 1, 0], [1, 3, 1, 1]).expand(1, 3, 4, 5), atol: 1e-6);
        TensorAssert.Close(Jitter(images, 1, 1, 0, 0), ColorOperations.Grayscale(images));
        TensorAssert.Close(Jitter(images, 1, 0, 1, 0), ColorOperations.Grayscale(images).mean().expand(1, 3, 4, 5));
        TensorAssert.Close(Jitter(gray, 1, 1, 1.7f, 0.2f), gray, atol: 1e-3);
        TensorAssert.Close(Jitter(images, 0, 1, 1, 0), zeros_like(images));

        Tensor Jitter(Tensor image, params float[] factors)
        {
            var pipeline = new ViewPipeline(new ColorJitter(1, 1, 1, 0.5));
            return pipeline.Apply(image, pipeline.Given(shape, [1, 0, 1, 2, 3, .. factors]), executor);
        }
    }

    [Fact]
    public void Identity_Apply_IsTheImagesButNotTheirHandle()
    {
        using var scope = NewDisposeScope();
        var images = Examples.Floats(1, 2, Examples.Shape);
        var view = new ViewPipeline(new Identity()).Apply(images, new ViewKey(1, 0), [0, 1], ViewExecutor.Torch);
        ReferenceEquals(view, images).Should().BeFalse();
        TensorAssert.Same(view, images);
    }

    [Fact]
    public void CustomOperator_InAPipeline_GetsOnlyTheImagesItIsAppliedTo()
    {
        using var scope = NewDisposeScope();
        var images = ones(200, 3, 4, 4);
        var pipeline = new ViewPipeline(new Recorder(), new RandomHorizontalFlip());
        var draw = pipeline.Draw(new ViewKey(1, 0), Examples.Indices(200), new ImageShape(3, 4, 4));
        var view = pipeline.Apply(images, draw);
        for (var image = 0; image < 200; image++)
        {
            view[image, 0, 0, 0].item<float>().Should().Be(draw.IsApplied(0, image) ? draw.Parameters(0, image)[0] : 1);
        }
    }

    [Fact]
    public void CustomOperator_ThrowsWhileDrawing_ItsErrorIsSeen() => new ViewPipeline(new Thrower())
        .Invoking(one => one.Draw(new ViewKey(1, 0), Examples.Indices(300), new ImageShape(3, 4, 4))).Should().ThrowExactly<NotSupportedException>();

    private sealed class Thrower() : ViewOperator(1)
    {
        protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters) => throw new NotSupportedException();

        protected override Tensor Apply(Tensor images, DrawnParameters parameters) => images.alias();
    }

    // Writes what it was given into the pixels.
    private sealed class Recorder() : ViewOperator(0.5, "value")
    {
        protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters) =>
            parameters[0] = 2 + (float)random.NextDouble();

        protected override Tensor Apply(Tensor images, DrawnParameters parameters)
        {
            images.shape[0].Should().Be(parameters.Count);
            parameters.Count.Should().BeInRange(70, 130);
            return images.mul(0).add(parameters.Column(0, images));
        }
    }
}
