using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

/// <summary>Bad input at the door, and what is left behind.</summary>
public sealed class ViewInputTests
{
    private static readonly ImageShape s_shape = new(3, 8, 8);
    private static readonly ViewPipeline s_flip = new(new RandomHorizontalFlip());

    [Theory]
    [MemberData(nameof(Examples.Names), MemberType = typeof(Examples))]
    public void Apply_AnyOperator_LeavesOnlyItsResult(string name)
    {
        var (pipeline, shape) = (Examples.Pipeline(name), Examples.ShapeFor(name));
        var bytes = Examples.Bytes(1, 9, shape);
        var floats = Examples.Floats(1, 9, shape);
        var kept = floats.clone();
        var draw = pipeline.Draw(new ViewKey(1, 0), Examples.Indices(9), shape);
        LeakCheck.OnlyResult(() => pipeline.Apply(floats, draw, ViewExecutor.Torch), floats);
        LeakCheck.OnlyResult(() => pipeline.Apply(bytes, draw, ViewExecutor.Auto), bytes);
        TensorAssert.Same(floats, kept);
    }

    [Fact]
    public void Apply_OtherImages_Throws()
    {
        using var scope = NewDisposeScope();
        var draw = s_flip.Draw(new ViewKey(1, 0), [0, 1], s_shape);
        Throws(ones(3, 8, 8), "Expected `images` to have shape [B, C, H, W], none of them 0, but got [3, 8, 8].*");
        Throws(ones(0, 3, 8, 8), "Expected `images` to have shape [B, C, H, W], none of them 0, but got [0, 3, 8, 8].*");
        Throws(ones([2, 3, 8, 8], int64), "Expected `images` to be Byte, Float32 or Float64, but got Int64.*");
        Throws(ones(3, 3, 8, 8), "Expected `images` to be 2 of shape [3, 8, 8], as was drawn for, but got 3 of shape [3, 8, 8].*");
        Throws(ones(2, 3, 8, 9), "Expected `images` to be 2 of shape [3, 8, 8], as was drawn for, but got 2 of shape [3, 8, 9].*");
        var disposed = ones(2, 3, 8, 8);
        disposed.Dispose();
        s_flip.Invoking(one => one.Apply(disposed, draw)).Should().Throw<ObjectDisposedException>();
        s_flip.Invoking(one => one.Apply(null!, draw)).Should().Throw<ArgumentNullException>();
        new ViewPipeline(new RandomHorizontalFlip()).Invoking(one => one.Apply(ones(2, 3, 8, 8), draw)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `draw` to be drawn for this pipeline, but it is another's.*");

        void Throws(Tensor images, string message) =>
            s_flip.Invoking(one => one.Apply(images, draw)).Should().ThrowExactly<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Draw_BadArguments_Throws()
    {
        s_flip.Invoking(one => one.Draw(new ViewKey(1, 0), [], s_shape)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `indices` to name at least one image.*");
        s_flip.Invoking(one => one.Draw(new ViewKey(1, 0), [0, -1], s_shape)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("indices");
        FluentActions.Invoking(() => new ViewKey(1, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("step");
        FluentActions.Invoking(() => new ViewKey(1, 0, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("view");
        FluentActions.Invoking(() => new ViewKey(1, 0, 1 << 23)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("view");
    }

    [Fact]
    public void Draw_ShapeThatAnOperatorCannotTake_Throws()
    {
        Throws(new RandomCrop(9, 9), s_shape, "RandomCrop cuts out 9 by 9 pixels, but got the shape [3, 8, 8], padded by 0.");
        Throws(new CenterCrop(4, 9), s_shape, "CenterCrop cuts out 4 by 9 pixels, but got the shape [3, 8, 8].");
        Throws(new RightAngleRotation(), new(3, 8, 9), "RightAngleRotation turns square images by 90° or 270°, but got the shape [3, 8, 9].");
        Throws(ColorJitter.SimClr(), new(1, 8, 8), "ColorJitter works on images of 3 channels, but got the shape [1, 8, 8].");
        Throws(new RandomGrayscale(), new(4, 8, 8), "RandomGrayscale works on images of 3 channels, but got the shape [4, 8, 8].");
        Throws(new Sobel(), new(1, 8, 8), "Sobel works on images of 3 channels, but got the shape [1, 8, 8].");
        Throws(PcaColorJitter.ImageNet(), new(1, 8, 8), "PcaColorJitter works on images of 3 channels, but got the shape [1, 8, 8].");
        Throws(Normalize.ImageNet, new(1, 8, 8), "Normalize has the mean of 3 channels, but got the shape [1, 8, 8].");
        Throws(new Cutout(3, [0.5]), s_shape, "Cutout has a fill for 1 channels, but got the shape [3, 8, 8].");
        Throws(new RandomErasing(1, fill: ErasingFill.Mean, mean: [0.5]), s_shape, "RandomErasing has the mean of 1 channels, but got the shape [3, 8, 8].");

        static void Throws(ViewOperator operation, ImageShape shape, string message) => new ViewPipeline(new Identity(), operation)
            .Invoking(one => one.Draw(new ViewKey(1, 0), [0], shape)).Should().ThrowExactly<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Given_ValuesThatCannotBeApplied_Throws()
    {
        Throws(new RandomCrop(4, 4), [1, 0], "Expected `values` to be 3 numbers per image, but got 2.*");
        Throws(new RandomCrop(4, 4), [], "Expected `values` to be 3 numbers per image, but got 0.*");
        Throws(new RandomCrop(4, 4), [0, 0, 0], "Expected RandomCrop to be applied (1) or not (0), and to be if it changes the shape, but got 0.");
        Throws(new RandomHorizontalFlip(), [0.5f], "Expected RandomHorizontalFlip to be applied (1) or not (0), and to be if it changes the shape, but got 0.5.");
        Throws(new RandomCrop(4, 4), [1, 5, 0], "Expected `top` to be a whole number from 0 to 4, but got 5.");
        Throws(new RandomResizedCrop(4, 4), [1, 1, 0, 8, 3], "Expected `top` to be a whole number from 0 to 0, but got 1.");
        Throws(new RandomResizedCrop(4, 4), [1, 0, 0, 0, 3], "Expected `height` to be a whole number from 1 to 8, but got 0.");
        Throws(new RightAngleRotation(), [1, float.NaN], "Expected `quarter turns` to be a whole number from 0 to 3, but got NaN.");
        Throws(new RightAngleRotation([0, 2]), [1, 1], "Expected `quarter turns` to be one of [0, 2], but got 1.");
        Throws(new RandomRotation(0, 1), [1, float.PositiveInfinity], "Expected `degrees` to be from *");
        Throws(new RandomGaussianBlur(), [1, 0], "Expected `sigma` to be from *");
        Throws(ColorJitter.SimClr(), [1, 0, 1, 1, 3, 1, 1, 1, 0], "Expected the order to be a permutation of 0 to 3, but 1 occurs twice.");
        Throws(ColorJitter.SimClr(), [1, 0, 1, 2, 3, 1, 1, 1, 0.6f], "Expected `hue` to be from -0.5 to 0.5, but got 0.6.");
        Throws(ColorJitter.SimClr(), [1, 0, 1, 2, 3, -1, 1, 1, 0], "Expected `brightness` to be from 0 to *");
        Throws(PcaColorJitter.ImageNet(), [1, 0, 0, float.NaN], "Expected `alpha 3` to be from *");
        Throws(new GaussianNoise(1), [1, 0, -1], "Expected `noise 2` to be a whole number from 0 to 16777215, but got -1.");
        Throws(new RandomErasing(), [1, 0, 6, 2, 3, 0, 0], "Expected `left` to be a whole number from 0 to 5, but got 6.");
        Throws(new Cutout(3), [1, 0, 8], "Expected `x` to be a whole number from 0 to 7, but got 8.");

        static void Throws(ViewOperator operation, float[] values, string message) => new ViewPipeline(operation)
            .Invoking(one => one.Given(s_shape, values)).Should().ThrowExactly<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Constructors_BadSettings_Throw()
    {
        Action[] outOfRange =
        [
            () => _ = new Resize(0, 1), () => _ = new Resize(1, 1, (Interpolation)9), () => _ = new RandomResizedCrop(1, 0),
            () => _ = new RandomResizedCrop(1, 1, (0, 1)), () => _ = new RandomResizedCrop(1, 1, (0.5, 1.1)), () => _ = new RandomResizedCrop(1, 1, (0.5, 0.4)),
            () => _ = new RandomResizedCrop(1, 1, aspect: (2, 1)), () => _ = new RandomCrop(1, 1, -1), () => _ = new RandomCrop(1, 1, 0, (BorderMode)9),
            () => _ = new CenterCrop(1, 0), () => _ = new RandomHorizontalFlip(1.1), () => _ = new RandomVerticalFlip(double.NaN),
            () => _ = new RandomRotation(2, 1), () => _ = new RandomRotation(0, double.PositiveInfinity), () => _ = new ColorJitter(-1, 0, 0, 0),
            () => _ = new ColorJitter(0, 0, 0, 0.6), () => _ = new ColorJitter(0, 0, double.NaN, 0), () => _ = ColorJitter.SimClr(3),
            () => _ = new RandomGrayscale(-0.1), () => _ = new RandomSolarize(2), () => _ = new RandomGaussianBlur((0, 1)),
            () => _ = new RandomGaussianBlur(radius: -1), () => _ = RandomGaussianBlur.SimClr(0), () => _ = new GaussianNoise(-1),
            () => _ = new Sobel(2), () => _ = PcaColorJitter.ImageNet(-1), () => _ = new RandomErasing(2), () => _ = new RandomErasing(1, (0, 1)),
            () => _ = new RandomErasing(fill: (ErasingFill)9), () => _ = new Cutout(0),
        ];
        outOfRange.Should().AllSatisfy(action => action.Should().Throw<ArgumentOutOfRangeException>());

        Action[] wrong =
        [
            () => _ = new RightAngleRotation([]), () => _ = new RightAngleRotation([4]), () => _ = new Normalize([], []), () => _ = new Normalize([0], [1, 1]),
            () => _ = new Normalize([0], [0]), () => _ = new Normalize([double.NaN], [1]), () => _ = new PcaColorJitter([1, 2], new double[3, 3]),
            () => _ = new PcaColorJitter([1, 2, 3], new double[3, 2]), () => _ = PcaColorJitter.Of(ones(1, 3, 1, 1)), () => _ = PcaColorJitter.Of(ones(1, 1, 2, 2)),
            () => _ = new RandomErasing(fill: ErasingFill.Mean), () => _ = new RandomErasing(mean: [0]), () => _ = new Cutout(1, []),
            () => _ = new ViewPipeline(new Identity(), null!), () => _ = new ViewPipeline([.. Enumerable.Repeat(new Identity(), 257)]),
        ];
        wrong.Should().AllSatisfy(action => action.Should().ThrowExactly<ArgumentException>());
    }

    [Fact]
    public void ColorOperations_BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        var (images, factors) = (ones(2, 3, 4, 4), ones(2));
        FluentActions.Invoking(() => ColorOperations.AdjustHue(ones(2, 1, 4, 4), factors)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ColorOperations.AdjustBrightness(images, ones(3))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `factors` to have shape [2], one number for each of `images`, but got [3].*");
        FluentActions.Invoking(() => ColorOperations.AdjustContrast(images.to(int64), factors)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ColorOperations.Grayscale(ones(3, 4, 4))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ColorOperations.Solarize(null!, factors)).Should().Throw<ArgumentNullException>();
        LeakCheck.OnlyResult(() => ColorOperations.AdjustHue(images, factors), images, factors);
        LeakCheck.OnlyResult(() => ColorOperations.AdjustBrightness(images, factors), images, factors);
        LeakCheck.OnlyResult(() => ColorOperations.AdjustContrast(images, factors), images, factors);
        LeakCheck.OnlyResult(() => ColorOperations.AdjustSaturation(images, factors), images, factors);
        LeakCheck.OnlyResult(() => ColorOperations.Grayscale(images), images);
        LeakCheck.OnlyResult(() => ColorOperations.Solarize(images, factors), images, factors);
    }

    [CudaFact]
    public void Apply_OnCuda_AgreesWithTheHost()
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(3, 40, 36);
        var images = Examples.Bytes(1, 16, shape);
        foreach (var pipeline in new[] { ViewPresets.SimClrImageNet(32), ViewPresets.MoCoV2(24), new ViewPipeline(new RandomErasing(1), new GaussianNoise(0.1)) })
        {
            var draw = pipeline.Draw(new ViewKey(1, 0), Examples.Indices(16), shape);
            var onDevice = pipeline.Apply(images.cuda(), draw);
            onDevice.device_type.Should().Be(DeviceType.CUDA);
            TensorAssert.Close(onDevice.cpu(), pipeline.Apply(images, draw), atol: 1e-5, rtol: 0);
        }
    }
}
