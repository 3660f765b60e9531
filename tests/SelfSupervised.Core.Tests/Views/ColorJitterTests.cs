using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

/// <summary>The jitter of a batch against its operations one by one, and the turn of the hue against HSV pixel by pixel.</summary>
public sealed class ColorJitterTests
{
    private static readonly ImageShape s_shape = new(3, 5, 7);

    [Theory]
    [InlineData(ViewExecutor.Torch)]
    [InlineData(ViewExecutor.Fused)]
    public void Apply_Batch_IsItsOperationsInEachImagesOrder(ViewExecutor executor)
    {
        using var scope = NewDisposeScope();
        var images = Examples.Floats(1, 60, s_shape);
        var pipeline = new ViewPipeline(new ColorJitter(0.8, 0.8, 0.8, 0.5, probability: 0.8));
        var draw = pipeline.Draw(new ViewKey(4, 0), Examples.Indices(60), s_shape);
        var view = pipeline.Apply(images, draw, executor);
        for (var image = 0; image < 60; image++)
        {
            var expected = images.narrow(0, image, 1);
            for (var place = 0; draw.IsApplied(0, image) && place < 4; place++)
            {
                var operation = (int)draw.Parameters(0, image)[place];
                var factor = tensor([draw.Parameters(0, image)[4 + operation]]);
                expected = operation switch
                {
                    0 => ColorOperations.AdjustBrightness(expected, factor),
                    1 => ColorOperations.AdjustContrast(expected, factor),
                    2 => ColorOperations.AdjustSaturation(expected, factor),
                    _ => ColorOperations.AdjustHue(expected, factor),
                };
            }

            TensorAssert.Close(view.narrow(0, image, 1), expected, atol: 2e-6, rtol: 0);
        }
    }

    [Theory]
    [InlineData(0, 0, 0, 0.5)]
    [InlineData(0.4, 0, 0, 0)]
    [InlineData(0, 0.4, 0, 0)]
    [InlineData(0, 0, 0.4, 0)]
    public void Apply_OneOperation_ExecutorsAgree(double brightness, double contrast, double saturation, double hue)
    {
        using var scope = NewDisposeScope();
        var images = Examples.Bytes(2, 20, s_shape);
        var pipeline = new ViewPipeline(new ColorJitter(brightness, contrast, saturation, hue));
        var draw = pipeline.Draw(new ViewKey(4, 0), Examples.Indices(20), s_shape);
        TensorAssert.Close(pipeline.Apply(images, draw, ViewExecutor.Torch), pipeline.Apply(images, draw, ViewExecutor.Fused), atol: 1e-5, rtol: 0);
    }

    [Fact]
    public void Apply_ImagesThatNeedAGradient_AreNotWrittenTo()
    {
        using var scope = NewDisposeScope();
        var images = Examples.Floats(3, 8, s_shape);
        var copy = images.clone();
        var pipeline = new ViewPipeline(new ColorJitter(0.8, 0.8, 0.8, 0.5));
        var draw = pipeline.Draw(new ViewKey(4, 0), Examples.Indices(8), s_shape);
        var view = pipeline.Apply(images, draw, ViewExecutor.Torch);
        TensorAssert.Same(images, copy);
        TensorAssert.Same(pipeline.Apply(images.requires_grad_(), draw).detach(), view);
        TensorAssert.Same(images.detach(), copy);
    }

    // Gray pixels, pure colours, and two channels alike among them.
    [Fact]
    public void AdjustHue_ColoursAndTurns_IsTheTurnInHsv()
    {
        using var scope = NewDisposeScope();
        double[] levels = [0, 0.2, 0.5, 0.5 + 1e-6, 1];
        double[] turns = [-0.5, -1 / 3.0, -0.21, -1e-4, 0, 0.05, 1 / 6.0, 0.37, 0.5, 1.2];
        var colours = (from red in levels from green in levels from blue in levels select new[] { red, green, blue }).ToArray();
        var images = tensor(colours.SelectMany(one => one).ToArray(), [colours.Length, 3]).t().reshape(1, 3, 5, 25);
        foreach (var turn in turns)
        {
            var expected = tensor(colours.SelectMany(one => Turned(one, turn)).ToArray(), [colours.Length, 3]).t().reshape(1, 3, 5, 25);
            TensorAssert.Close(ColorOperations.AdjustHue(images, tensor([turn])), expected, atol: 1e-9, rtol: 0);
            TensorAssert.Close(
                ColorOperations.AdjustHue(images.@float(), tensor([(float)turn])), expected.@float(), atol: 2e-6, rtol: 0);
        }
    }

    [Fact]
    public void AdjustHue_TwoChannelsAlike_HasFiniteGradients()
    {
        using var scope = NewDisposeScope();
        var images = tensor([0.2f, 0.7f, 0.7f, 0.7f, 0.2f, 0.7f, 0.7f, 0.7f, 0.2f, 0, 0, 0, 1, 1, 1], [5, 3, 1, 1]).requires_grad_();
        var turns = tensor([0.1f, 0.2f, -0.3f, 0.4f, 0.5f]).requires_grad_();
        ColorOperations.AdjustHue(images, turns).square().sum().backward();
        TensorAssert.Finite(images.grad!);
        TensorAssert.Finite(turns.grad!);
    }

    [Fact]
    public void Apply_LongOrders_HasTheGradientOfFiniteDifferences()
    {
        using var scope = NewDisposeScope();
        var images = RandomTensors.Normal(3, [9, 3, 2, 3]).mul(0.2).sigmoid().requires_grad_();
        var pipeline = new ViewPipeline(new ColorJitter(0.3, 0.3, 0.3, 0.3, probability: 0.8));
        var draw = pipeline.Draw(new ViewKey(6, 0), Examples.Indices(9), new ImageShape(3, 2, 3));
        GradientCheck.Verify(inputs => pipeline.Apply(inputs[0], draw), [images]);
    }

    // Hue in turns from the largest channel, red before green before blue, then back: torchvision's way.
    private static double[] Turned(double[] colour, double turn)
    {
        var (red, green, blue) = (colour[0], colour[1], colour[2]);
        var (value, range) = (colour.Max(), colour.Max() - colour.Min());
        var hue = range == 0 ? 0
            : value == red ? (green - blue) / range
            : value == green ? 2 + ((blue - red) / range)
            : 4 + ((red - green) / range);
        var turned = (((hue / 6) + turn) % 1 + 1) % 1 * 6;
        var (sector, saturation) = ((int)Math.Floor(turned) % 6, value == 0 ? 0 : range / value);
        var (f, p) = (turned - Math.Floor(turned), value * (1 - saturation));
        var (q, t) = (value * (1 - (saturation * f)), value * (1 - (saturation * (1 - f))));
        return sector switch
        {
            0 => [value, t, p],
            1 => [q, value, p],
            2 => [p, value, t],
            3 => [p, q, value],
            4 => [t, p, value],
            _ => [value, p, q],
        };
    }
}
