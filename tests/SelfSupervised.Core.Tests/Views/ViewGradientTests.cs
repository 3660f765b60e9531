using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

public sealed class ViewGradientTests
{
    [Theory]
    [MemberData(nameof(Examples.Names), MemberType = typeof(Examples))]
    public void Apply_Images_HasTheGradientOfFiniteDifferences(string name)
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(3, name.Contains("square", StringComparison.Ordinal) ? 14 : 11, 14);
        var images = RandomTensors.Normal(3, [2, 3, shape.Height, shape.Width]).mul(0.2).sigmoid().requires_grad_();
        var pipeline = Examples.Pipeline(name);
        var draw = pipeline.Draw(new ViewKey(2, 0), Examples.Indices(2), shape);
        GradientCheck.Verify(inputs => pipeline.Apply(inputs[0], draw), [images]);
    }

    [Fact]
    public void Apply_Pipeline_HasTheGradientOfFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(3, 9, 8);
        var images = RandomTensors.Normal(4, [3, 3, 9, 8]).mul(0.3).sigmoid().requires_grad_();
        var pipeline = ViewPresets.MoCoV2(8);
        var draw = pipeline.Draw(new ViewKey(2, 0), Examples.Indices(3), shape);
        GradientCheck.Verify(inputs => pipeline.Apply(inputs[0], draw), [images]);
    }

    [Fact]
    public void ColorOperations_ImagesAndFactors_HaveTheGradientOfFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        var images = RandomTensors.Normal(5, [3, 3, 3, 2]).mul(0.3).sigmoid().requires_grad_();
        var factors = tensor([0.7, 1.2, 0.9]).requires_grad_();
        GradientCheck.Verify(x => ColorOperations.AdjustBrightness(x[0], x[1]), [images, factors]);
        GradientCheck.Verify(x => ColorOperations.AdjustContrast(x[0], x[1]), [images, factors]);
        GradientCheck.Verify(x => ColorOperations.AdjustSaturation(x[0], x[1]), [images, factors]);
        GradientCheck.Verify(x => ColorOperations.AdjustHue(x[0], x[1].mul(0.2)), [images, factors]);
        GradientCheck.Verify(x => ColorOperations.Grayscale(x[0]), [images]);
        GradientCheck.Verify(x => ColorOperations.Solarize(x[0], x[1].detach()), [images, factors]);
    }

    [Fact]
    public void AdjustHueAndSobel_GrayImages_HaveFiniteGradients()
    {
        using var scope = NewDisposeScope();
        var images = full([1, 3, 4, 4], 0.3f).requires_grad_();
        ColorOperations.AdjustHue(images, tensor([0.1f])).sum().backward();
        TensorAssert.Finite(images.grad!);
        images.grad = null;
        new ViewPipeline(new Sobel()).Apply(images, new ViewKey(1, 0), [0]).sum().backward();
        TensorAssert.Finite(images.grad!);
    }
}
