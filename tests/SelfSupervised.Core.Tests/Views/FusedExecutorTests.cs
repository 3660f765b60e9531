using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

/// <summary>The two executors against each other.</summary>
public sealed class FusedExecutorTests
{
    [Theory]
    [MemberData(nameof(Examples.FusedNames), MemberType = typeof(Examples))]
    public void Apply_SameDraw_AgreesWithTorch(string name)
    {
        using var scope = NewDisposeScope();
        var (pipeline, shape) = (Examples.Pipeline(name), Examples.ShapeFor(name));
        AssertAgrees(pipeline, Examples.Bytes(1, 37, shape), shape);
    }

    // Sizes about and below a vector's, where a kernel that reads or writes too far would show.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    [InlineData(2, 3)]
    [InlineData(3, 8)]
    [InlineData(7, 9)]
    [InlineData(8, 8)]
    [InlineData(9, 1)]
    [InlineData(17, 5)]
    [InlineData(32, 32)]
    [InlineData(33, 31)]
    public void Apply_AnySize_AgreesWithTorch(int height, int width)
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(3, 12, 10);
        ViewPipeline[] pipelines =
        [
            new(new Resize(height, width), ColorJitter.SimClr(), new RandomHorizontalFlip(), new RandomVerticalFlip(), new RandomGrayscale()),
            new(new RandomResizedCrop(height, width), new RandomGaussianBlur(probability: 1), Normalize.Cifar10),
            new(new RandomResizedCrop(height, width, interpolation: Interpolation.Bicubic), new ColorJitter(0.4, 0.4, 0.4, 0.1), new Resize(6, 5)),
        ];
        foreach (var pipeline in pipelines)
        {
            AssertAgrees(pipeline, Examples.Bytes(2, 19, shape), shape);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Apply_OtherChannels_AgreesWithTorch(int channels)
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(channels, 10, 13);
        var pipeline = new ViewPipeline(
            new RandomResizedCrop(9, 9), new RandomHorizontalFlip(), new RightAngleRotation(), new RandomGaussianBlur(), new RandomErasing(1),
            new ColorJitterOfBrightness(), new GaussianNoise(0.1));
        pipeline.CanFuse.Should().BeFalse("an operator from outside has no kernel");
        AssertAgrees(new ViewPipeline([.. pipeline.Operators.Where(one => one is not ColorJitterOfBrightness)]), Examples.Bytes(3, 9, shape), shape);
    }

    [Fact]
    public void Apply_Presets_AgreeWithTorch()
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(3, 40, 36);
        var images = Examples.Bytes(4, 24, shape);
        ViewPipeline[] presets =
        [
            ViewPresets.SimClrImageNet(32), ViewPresets.SimClrCifar(), ViewPresets.MoCoV1(24), ViewPresets.MoCoV2(24), ViewPresets.MoCoCifar(),
            ViewPresets.InstDisc(24), ViewPresets.InstDiscCifar(), ViewPresets.AlexNet(32),
        ];
        foreach (var preset in presets)
        {
            AssertAgrees(preset, images, shape);
        }
    }

    [Fact]
    public void Apply_FloatsAndBytes_AreTheSame()
    {
        using var scope = NewDisposeScope();
        var bytes = Examples.Bytes(5, 9, Examples.Shape);
        var pipeline = ViewPresets.SimClrCifar(12);
        var draw = pipeline.Draw(new ViewKey(1, 2), Examples.Indices(9), Examples.Shape);
        TensorAssert.Same(pipeline.Apply(bytes.to(ScalarType.Float32).div(255), draw, ViewExecutor.Fused), pipeline.Apply(bytes, draw, ViewExecutor.Fused));
        TensorAssert.Same(
            pipeline.Apply(bytes.permute(0, 1, 3, 2).contiguous().permute(0, 1, 3, 2), draw, ViewExecutor.Fused),
            pipeline.Apply(bytes, draw, ViewExecutor.Fused));
    }

    [Fact]
    public void Apply_NoOperator_GivesTheBytesOver255()
    {
        using var scope = NewDisposeScope();
        var bytes = Examples.Bytes(6, 5, Examples.Shape);
        var pipeline = new ViewPipeline();
        var draw = pipeline.Draw(new ViewKey(1, 2), Examples.Indices(5), Examples.Shape);
        foreach (var executor in new[] { ViewExecutor.Fused, ViewExecutor.Torch })
        {
            TensorAssert.Same(pipeline.Apply(bytes, draw, executor), bytes.to(ScalarType.Float32).div(255));
        }
    }

    [Fact]
    public void Apply_Auto_TakesTheFusedExecutorWhereItCan()
    {
        using var scope = NewDisposeScope();
        var bytes = Examples.Bytes(7, 5, Examples.Shape);
        var pipeline = ViewPresets.SimClrCifar(12);
        var draw = pipeline.Draw(new ViewKey(1, 2), Examples.Indices(5), Examples.Shape);
        TensorAssert.Same(pipeline.Apply(bytes, draw), pipeline.Apply(bytes, draw, ViewExecutor.Fused));

        var floats = bytes.to(ScalarType.Float32).div(255).requires_grad_();
        var view = pipeline.Apply(floats, draw);
        view.requires_grad.Should().BeTrue();
        TensorAssert.Same(view.detach(), pipeline.Apply(floats, draw, ViewExecutor.Torch).detach());
        pipeline.Apply(floats.detach().@double(), draw).dtype.Should().Be(ScalarType.Float64);
    }

    [Fact]
    public void Apply_FusedWhereItCannot_Throws()
    {
        using var scope = NewDisposeScope();
        var shape = Examples.Shape;
        var images = Examples.Floats(8, 3, shape);
        var blind = new ViewPipeline(new RandomHorizontalFlip(), new Sobel());
        blind.Invoking(one => one.Apply(images, new ViewKey(1, 0), Examples.Indices(3), ViewExecutor.Fused)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected every operator to have a kernel for Fused, but Sobel has none.");
        var flip = new ViewPipeline(new RandomHorizontalFlip());
        flip.Invoking(one => one.Apply(images.@double(), new ViewKey(1, 0), Examples.Indices(3), ViewExecutor.Fused)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `images` to be Byte or Float32 on the CPU without gradient for Fused, but got Float64 on cpu.");
        flip.Invoking(one => one.Apply(images.requires_grad_(), new ViewKey(1, 0), Examples.Indices(3), ViewExecutor.Fused))
            .Should().ThrowExactly<ArgumentException>();
        flip.Invoking(one => one.Apply(images, new ViewKey(1, 0), Examples.Indices(3), (ViewExecutor)9)).Should().ThrowExactly<ArgumentOutOfRangeException>();
    }

    private static void AssertAgrees(ViewPipeline pipeline, Tensor bytes, ImageShape shape)
    {
        pipeline.CanFuse.Should().BeTrue();
        var draw = pipeline.Draw(new ViewKey(11, 3, 1), Examples.Indices((int)bytes.shape[0], first: 100), shape);
        TensorAssert.Close(
            pipeline.Apply(bytes, draw, ViewExecutor.Fused), pipeline.Apply(bytes, draw, ViewExecutor.Torch), atol: 1e-5, rtol: 0);
    }
}

/// <summary>An operator from outside the library.</summary>
internal sealed class ColorJitterOfBrightness() : ViewOperator(probability: 1, "factor")
{
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters) =>
        parameters[0] = (float)random.Uniform(0.5, 1.5);

    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var factors = parameters.Column(0, images);
        return images.mul(factors);
    }
}
