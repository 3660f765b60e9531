using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Turns by a uniformly drawn angle about the centre, against the clock; bilinear, the size stays, outside is 0.</summary>
/// <remarks>torchvision's rotation with bilinear interpolation and without expansion. It has no kernel for the fused executor.</remarks>
public sealed class RandomRotation : ViewOperator
{
    /// <summary>Creates the operator.</summary>
    /// <param name="lowest">The smallest angle, in degrees, finite.</param>
    /// <param name="highest">The largest angle, in degrees, finite, at least <paramref name="lowest"/>.</param>
    /// <param name="probability">The share of images that get it, from 0 to 1. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The angles make no range, or the probability is out of range.</exception>
    public RandomRotation(double lowest, double highest, double probability = 1)
        : base(probability, "degrees")
    {
        if (!(double.IsFinite(lowest) && double.IsFinite(highest) && lowest <= highest))
        {
            throw new ArgumentOutOfRangeException(
                nameof(highest), highest, $"Expected `highest` to be a finite angle of at least `lowest`, {lowest}, but got {highest}.");
        }

        (Lowest, Highest) = (lowest, highest);
    }

    /// <summary>The smallest angle, in degrees.</summary>
    public double Lowest { get; }

    /// <summary>The largest angle, in degrees.</summary>
    public double Highest { get; }

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters) =>
        parameters[0] = (float)random.Uniform(Lowest, Highest);

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape) =>
        ViewGuard.Within(parameters[0], float.MinValue, float.MaxValue, ParameterNames[0]);

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var scope = NewDisposeScope();
        var shape = images.shape;
        var (tall, wide) = (shape[2] / (double)shape[3], shape[3] / (double)shape[2]);
        var maps = new double[parameters.Count * 6];
        for (var image = 0; image < parameters.Count; image++)
        {
            // From a place in the view to the place in the image, in units of half a side.
            var (sin, cos) = Math.SinCos(parameters[image][0] * Math.PI / 180);
            ReadOnlySpan<double> map = [cos, -sin * tall, 0, sin * wide, cos, 0];
            map.CopyTo(maps.AsSpan(image * 6));
        }

        var theta = tensor(maps, [parameters.Count, 2, 3], images.dtype, images.device);
        var grid = nn.functional.affine_grid(theta, shape, align_corners: false);
        return nn.functional.grid_sample(images, grid, align_corners: false).MoveToOuterDisposeScope();
    }
}
