using static TorchSharp.torch;

namespace Quickstart;

/// <summary>Images without a data set: each one a disc, a square, a diamond or a ring of some colour, size and place.</summary>
internal static class Shapes
{
    private const int Side = 32;

    /// <summary>Makes images.</summary>
    /// <returns>[count, 3, 32, 32] float32 in [0, 1]; the caller owns it.</returns>
    public static Tensor Draw(int count, Generator generator)
    {
        using var scope = NewDisposeScope();
        var axis = linspace(-1, 1, Side, device: generator.device);
        var centreX = Uniform(-0.4, 0.4);
        var centreY = Uniform(-0.4, 0.4);
        var size = Uniform(0.25, 0.55);

        var dx = (axis.view(1, 1, 1, Side) - centreX).abs();
        var dy = (axis.view(1, 1, Side, 1) - centreY).abs();
        var round = (dx * dx + dy * dy).sqrt();
        var ring = (round - size * 0.8).abs() + size * 0.7;

        // The distance fields of all four kinds, of which each image takes one.
        var kind = randint(4, [count, 1, 1, 1], ScalarType.Int64, generator.device, generator: generator);
        var field = where(kind == 0, round, where(kind == 1, maximum(dx, dy), where(kind == 2, dx + dy, ring)));
        var inside = sigmoid((size - field) * 40);

        var ink = rand(count, 3, 1, 1, device: generator.device, generator: generator);
        var paper = rand(count, 3, 1, 1, device: generator.device, generator: generator);
        return (paper + (ink - paper) * inside).MoveToOuterDisposeScope();

        Tensor Uniform(double low, double high) =>
            rand(count, 1, 1, 1, device: generator.device, generator: generator) * (high - low) + low;
    }
}
