using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

/// <summary>The fused executor where its kernels have borders, tiles and left-over pixels.</summary>
public sealed class HostKernelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(16)]
    [InlineData(31)]
    public void RightAngleRotation_AnySize_MovesPixelsAsTorchDoes(int side)
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(3, side, side);
        var images = Examples.Floats(side, 4, shape);
        var pipeline = new ViewPipeline(new RightAngleRotation());
        var view = pipeline.Apply(images, pipeline.Given(shape, [1, 0, 1, 1, 1, 2, 1, 3]), ViewExecutor.Fused);
        for (var turns = 0; turns < 4; turns++)
        {
            TensorAssert.Same(view[turns], images[turns].rot90(turns, (1, 2)));
        }
    }

    [Theory]
    [InlineData(5, 8)]
    [InlineData(9, 31)]
    public void RightAngleRotation_HalfTurnOfAnyShape_MovesPixelsAsTorchDoes(int height, int width)
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(2, height, width);
        var images = Examples.Floats(1, 1, shape);
        var pipeline = new ViewPipeline(new RightAngleRotation([2]));
        TensorAssert.Same(pipeline.Apply(images, new ViewKey(1, 0), [0], ViewExecutor.Fused), images.flip(2, 3));
    }

    // Radii up to several times the image; widths below, at and above the vectors that are summed at once.
    [Theory]
    [InlineData(1, 1, 3)]
    [InlineData(2, 3, 11)]
    [InlineData(6, 31, 0)]
    [InlineData(5, 32, 2)]
    [InlineData(7, 33, 30)]
    [InlineData(40, 71, 11)]
    public void RandomGaussianBlur_AnyRadius_ExecutorsAgree(int height, int width, int radius)
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(3, height, width);
        var images = Examples.Bytes(2, 6, shape);
        foreach (var border in Enum.GetValues<BorderMode>())
        {
            AssertAgrees(new ViewPipeline(new RandomGaussianBlur((0.3, 12), radius, border, probability: 1)), images, shape);
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 9)]
    [InlineData(20, 12)]
    [InlineData(50, 70)]
    public void RandomResizedCrop_BoxesAtEveryBorder_ExecutorsAgree(int height, int width)
    {
        using var scope = NewDisposeScope();
        var shape = new ImageShape(3, 13, 38);
        (int Top, int Left, int Height, int Width)[] boxes =
        [
            (0, 0, 1, 1), (12, 37, 1, 1), (0, 0, 13, 38), (0, 0, 5, 9), (0, 29, 5, 9), (8, 0, 5, 9), (8, 29, 5, 9), (3, 4, 1, 33), (0, 20, 13, 1),
        ];
        var values = boxes.SelectMany(box => new float[] { 1, box.Top, box.Left, box.Height, box.Width }).ToArray();
        var images = Examples.Bytes(3, boxes.Length, shape);
        foreach (var interpolation in Enum.GetValues<Interpolation>())
        {
            var pipeline = new ViewPipeline(new RandomResizedCrop(height, width, interpolation: interpolation));
            var draw = pipeline.Given(shape, values);
            var view = pipeline.Apply(images, draw, ViewExecutor.Fused);
            TensorAssert.Close(view, pipeline.Apply(images, draw, ViewExecutor.Torch), atol: 1e-5, rtol: 0);
            for (var image = 0; image < 2; image++)
            {
                var pixel = images[image].to(float32).div(255)[TensorIndex.Colon, boxes[image].Top, boxes[image].Left].view(3, 1, 1);
                TensorAssert.Close(view[image], pixel.expand(3, height, width), atol: 1e-6);
            }
        }
    }

    [Fact]
    public void Apply_OtherShapesAndThreadsInBetween_GivesTheSameBits()
    {
        using var scope = NewDisposeScope();
        var used = ViewPresets.SimClrImageNet(24);
        ImageShape[] shapes = [new(3, 24, 24), new(3, 60, 50), new(3, 9, 90)];
        var images = Array.ConvertAll(shapes, shape => Examples.Bytes(1, 40, shape));
        var expected = Array.ConvertAll(images, batch => ViewPresets.SimClrImageNet(24).Apply(batch, new ViewKey(1, 0), Examples.Indices(40), ViewExecutor.Fused));
        foreach (var turn in Enumerable.Range(0, 3))
        {
            var all = new Tensor[shapes.Length];
            Parallel.For(0, shapes.Length, i => all[i] = used.Apply(images[i], new ViewKey(1, 0), Examples.Indices(40), ViewExecutor.Fused));
            for (var i = 0; i < shapes.Length; i++)
            {
                using var view = all[i];
                TensorAssert.Same(view, expected[i]);
            }
        }
    }

    private static void AssertAgrees(ViewPipeline pipeline, Tensor images, ImageShape shape)
    {
        var draw = pipeline.Draw(new ViewKey(5, 0), Examples.Indices((int)images.shape[0]), shape);
        TensorAssert.Close(
            pipeline.Apply(images, draw, ViewExecutor.Fused), pipeline.Apply(images, draw, ViewExecutor.Torch), atol: 1e-5, rtol: 0);
    }
}
