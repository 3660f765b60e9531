using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>A cloudy picture by the diamond-square rule on a torus, brought to [0, 1].</summary>
internal static class Plasma
{
    /// <summary>The first rows and columns of a map whose side is a power of two.</summary>
    /// <param name="side">The map's side.</param>
    /// <param name="decay">What the wobble w, at first 100, is divided by at each halving. A point is off its neighbours' mean by w·U(−w, w).</param>
    /// <param name="random">Squares come before diamonds, row by row.</param>
    public static double[] Draw(int side, double decay, ref CounterRandom random)
    {
        var map = new double[side * side];
        var wobble = 100.0;
        for (var step = side; step >= 2; step /= 2, wobble /= decay)
        {
            var half = step / 2;
            Fill(map, side, (half, half), step, wobble, (-half, -half), (-half, half), ref random);
            Fill(map, side, (0, half), step, wobble, (0, half), (half, 0), ref random);
            Fill(map, side, (half, 0), step, wobble, (0, half), (half, 0), ref random);
        }

        var lowest = map.Min();
        var range = map.Max() - lowest;
        return Array.ConvertAll(map, value => (value - lowest) / range);
    }

    /// <summary>The smallest side that covers an image and is at least the published one.</summary>
    public static int Side(ImageShape shape, int published) =>
        (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(published, Math.Max(shape.Height, shape.Width)));

    // Every point of a grid from its four neighbours, which lie at two offsets and their opposites.
    private static void Fill(
        double[] map, int side, (int Y, int X) from, int step, double wobble, (int Y, int X) one, (int Y, int X) other, ref CounterRandom random)
    {
        for (var y = from.Y; y < side; y += step)
        {
            for (var x = from.X; x < side; x += step)
            {
                var sum = At(y + one.Y, x + one.X) + At(y - one.Y, x - one.X) + At(y + other.Y, x + other.X) + At(y - other.Y, x - other.X);
                map[(y * side) + x] = (sum / 4) + (wobble * random.Uniform(-wobble, wobble));
            }
        }

        double At(int y, int x) => map[((y & (side - 1)) * side) + (x & (side - 1))];
    }
}
