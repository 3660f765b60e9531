using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>A blur by a few weighted offsets: out(y, x) = Σ w·in(y + dy, x + dx).</summary>
internal readonly record struct Offset(int Dy, int Dx, float Weight)
{
    public static void Apply(IReadOnlyList<Offset> offsets, Func<int, int, int> border, ReadOnlySpan<float> source, Span<float> target, int height, int width)
    {
        target.Clear();
        foreach (var (dy, dx, weight) in offsets)
        {
            // From here to there the row lies within the image, and is added as a whole.
            var inside = Math.Clamp(-dx, 0, width);
            var outside = Math.Clamp(width - dx, inside, width);
            for (var y = 0; y < height; y++)
            {
                var from = source.Slice(border(y + dy, height) * width, width);
                var to = target.Slice(y * width, width);
                AddAtBorder(from, to, dx, weight, border, 0, inside);
                AxisWeights.AddScaled(to[inside..outside], inside < outside ? from.Slice(inside + dx, outside - inside) : [], weight);
                AddAtBorder(from, to, dx, weight, border, outside, width);
            }
        }
    }

    public static void Apply(IReadOnlyList<Offset> offsets, Func<int, int, int> border, Canvas image)
    {
        for (var channel = 0; channel < image.Channels; channel++)
        {
            Apply(offsets, border, image.Plane(channel), image.OtherPlane(channel), image.Height, image.Width);
        }

        image.Swap();
    }

    private static void AddAtBorder(
        ReadOnlySpan<float> from, Span<float> to, int dx, float weight, Func<int, int, int> border, int first, int end)
    {
        for (var x = first; x < end; x++)
        {
            to[x] += weight * from[border(x + dx, to.Length)];
        }
    }
}

/// <summary>
/// The pixels within p₀ of the middle of a square, each as much, smoothed by a Gaussian of σ = p₁ on 3×3 (5×5 if p₀ &gt; 8);
/// borders mirror at pixel centres.
/// </summary>
internal sealed class DefocusBlur(double[] p) : ICorruptor
{
    private readonly Offset[] _disc = Disc(p[0], p[1]);

    public void Apply(Canvas image, ref CounterRandom random) => Offset.Apply(_disc, Border.Reflect, image);

    private static Offset[] Disc(double radius, double sigma)
    {
        var (side, reach) = radius > 8 ? ((int)radius, 2) : (8, 1);
        var taps = Enumerable.Range(-reach, (2 * reach) + 1).Select(x => Math.Exp(-0.5 * x * x / (sigma * sigma))).ToArray();
        var size = (2 * side) + 1;
        double Inside(int y, int x) => (y * y) + (x * x) <= radius * radius ? 1 : 0;
        double At(int y, int x) => Inside(Border.Reflect(y + side, size) - side, Border.Reflect(x + side, size) - side);
        var places = Enumerable.Range(-side, size).SelectMany(y => Enumerable.Range(-side, size).Select(x => (y, x))).ToArray();
        var total = places.Sum(at => Inside(at.y, at.x)) * taps.Sum() * taps.Sum();
        return places.Select(at => new Offset(at.y, at.x, (float)(Smoothed(at.y, at.x) / total))).Where(one => one.Weight != 0).ToArray();

        double Smoothed(int y, int x) => Enumerable.Range(-reach, taps.Length).Sum(
            dy => Enumerable.Range(-reach, taps.Length).Sum(dx => taps[dy + reach] * taps[dx + reach] * At(y + dy, x + dx)));
    }
}

/// <summary>A line of 2·p₀ + 1 pixels to one side, fading as a Gaussian of σ = p₁, at an angle from −45° to 45°; edge pixels repeated.</summary>
internal sealed class MotionBlur(double[] p) : ICorruptor
{
    public void Apply(Canvas image, ref CounterRandom random) =>
        Offset.Apply(Line((int)p[0], p[1], random.Uniform(-45, 45)), Border.Nearest, image);

    /// <summary>The line as ImageMagick draws it, y downwards: pixel i at (i·cos, i·sin), rounded half down.</summary>
    public static Offset[] Line(int radius, double sigma, double degrees)
    {
        var (sin, cos) = Math.SinCos(degrees * Math.PI / 180);
        var weights = Enumerable.Range(0, (2 * radius) + 1).Select(i => Math.Exp(-0.5 * i * i / (sigma * sigma))).ToArray();
        var sum = weights.Sum();
        return weights.Select((weight, i) => new Offset(
            (int)Math.Ceiling((i * sin) - 0.5), (int)Math.Ceiling((i * cos) - 0.5), (float)(weight / sum))).ToArray();
    }
}
