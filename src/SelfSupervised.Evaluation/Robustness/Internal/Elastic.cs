using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>
/// An affine map that moves three points around the centre by U(−p₂, p₂) each way, and then a displacement of each pixel by
/// p₀·Gaussian(U(−1, 1)) of σ = p₁; both bilinear.
/// </summary>
internal sealed class Elastic : ICorruptor
{
    private readonly double[] _p;
    private readonly AxisWeights? _rows;
    private readonly AxisWeights? _columns;

    public Elastic(double[] p, ImageShape shape)
    {
        _p = p;
        if (p[0] > 0)
        {
            (_rows, _columns) = (AxisWeights.Gaussian(shape.Height, p[1], 3, Border.Symmetric), AxisWeights.Gaussian(shape.Width, p[1], 3, Border.Symmetric));
        }
    }

    public void Apply(Canvas image, ref CounterRandom random)
    {
        var affine = Affine(image, ref random);
        Warp(image, Border.Reflect, pixel => affine(pixel / image.Width, pixel % image.Width));
        if (_rows is not null)
        {
            var (dx, dy) = (Field(image.Pixels, ref random), Field(image.Pixels, ref random));
            Warp(image, Border.Symmetric, pixel => ((pixel / image.Width) + dy[pixel], (pixel % image.Width) + dx[pixel]));
        }
    }

    // The point of the image that comes to lie at (y, x).
    private Func<int, int, (double Y, double X)> Affine(Canvas image, ref CounterRandom random)
    {
        var (cx, cy, q) = (image.Width / 2, image.Height / 2, Math.Min(image.Height, image.Width) / 3);
        (double X, double Y)[] from = [(cx + q, cy + q), (cx + q, cy - q), (cx - q, cy - q)];
        var to = new (double X, double Y)[3];
        for (var i = 0; i < 3; i++)
        {
            var moved = from[i].X + random.Uniform(-_p[2], _p[2]);
            to[i] = (moved, from[i].Y + random.Uniform(-_p[2], _p[2]));
        }

        var (ux, uy, vx, vy) = (to[1].X - to[0].X, to[1].Y - to[0].Y, to[2].X - to[0].X, to[2].Y - to[0].Y);
        var area = (ux * vy) - (uy * vx);
        return (y, x) =>
        {
            var (px, py) = (x - to[0].X, y - to[0].Y);
            var (a, b) = (((px * vy) - (py * vx)) / area, ((ux * py) - (uy * px)) / area);
            return (
                from[0].Y + (a * (from[1].Y - from[0].Y)) + (b * (from[2].Y - from[0].Y)),
                from[0].X + (a * (from[1].X - from[0].X)) + (b * (from[2].X - from[0].X)));
        };
    }

    private float[] Field(int pixels, ref CounterRandom random)
    {
        var (drawn, field) = (new float[pixels], new float[pixels]);
        foreach (ref var value in drawn.AsSpan())
        {
            value = (float)random.Uniform(-1, 1);
        }

        AxisWeights.Apply(_rows!, _columns!, drawn, field);
        foreach (ref var value in field.AsSpan())
        {
            value *= (float)_p[0];
        }

        return field;
    }

    private static void Warp(Canvas image, Func<int, int, int> border, Func<int, (double Y, double X)> source)
    {
        for (var pixel = 0; pixel < image.Pixels; pixel++)
        {
            var (y, x) = source(pixel);
            var (top, left) = ((int)Math.Floor(y), (int)Math.Floor(x));
            var (down, right) = ((float)(y - top), (float)(x - left));
            var (y0, y1) = (border(top, image.Height) * image.Width, border(top + 1, image.Height) * image.Width);
            var (x0, x1) = (border(left, image.Width), border(left + 1, image.Width));
            for (var channel = 0; channel < image.Channels; channel++)
            {
                var plane = image.Plane(channel);
                var above = plane[y0 + x0] + (right * (plane[y0 + x1] - plane[y0 + x0]));
                var below = plane[y1 + x0] + (right * (plane[y1 + x1] - plane[y1 + x0]));
                image.OtherPlane(channel)[pixel] = above + (down * (below - above));
            }
        }

        image.Swap();
    }
}
