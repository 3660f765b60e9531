using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>A Gaussian of σ = p₀ up to 4σ, edge pixels repeated.</summary>
internal sealed class GaussianBlur(double[] p, ImageShape shape) : ICorruptor
{
    private readonly AxisWeights _rows = AxisWeights.Gaussian(shape.Height, p[0], 4, Border.Nearest);
    private readonly AxisWeights _columns = AxisWeights.Gaussian(shape.Width, p[0], 4, Border.Nearest);

    public void Apply(Canvas image, ref CounterRandom random) => image.Map(_rows, _columns);
}

/// <summary>
/// Blur of σ = p₀; p₂ times from the bottom right to the top left, each pixel changes places with one of offset
/// −δ..δ−1 in both directions, δ = p₁; blur again.
/// </summary>
internal sealed class GlassBlur(double[] p, ImageShape shape) : ICorruptor
{
    private readonly GaussianBlur _blur = new(p, shape);
    private readonly int _reach = (int)p[1];

    public void Apply(Canvas image, ref CounterRandom random)
    {
        _blur.Apply(image, ref random);
        for (var sweep = 0; sweep < (int)p[2]; sweep++)
        {
            for (var y = image.Height - _reach; y > _reach; y--)
            {
                for (var x = image.Width - _reach; x > _reach; x--)
                {
                    var (dx, dy) = (random.Below(2 * _reach) - _reach, random.Below(2 * _reach) - _reach);
                    Exchange(image, (y * image.Width) + x, ((y + dy) * image.Width) + x + dx);
                }
            }
        }

        _blur.Apply(image, ref random);
    }

    private static void Exchange(Canvas image, int one, int other)
    {
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var plane = image.Plane(channel);
            (plane[one], plane[other]) = (plane[other], plane[one]);
        }
    }
}

/// <summary>The mean of the image and of its p₀ enlargements by 1 + i·p₁, i = 0…</summary>
internal sealed class ZoomBlur : ICorruptor
{
    private readonly (AxisWeights Rows, AxisWeights Columns)[] _zooms;

    public ZoomBlur(double[] p, ImageShape shape) => _zooms = Enumerable.Range(0, (int)p[0]).Select(i => 1 + (i * p[1])).Select(
        factor => (AxisWeights.CentreZoom(shape.Height, factor), AxisWeights.CentreZoom(shape.Width, factor))).ToArray();

    public void Apply(Canvas image, ref CounterRandom random)
    {
        var sum = new float[image.Pixels];
        for (var channel = 0; channel < image.Channels; channel++)
        {
            image.Plane(channel).CopyTo(sum);
            foreach (var (rows, columns) in _zooms)
            {
                var enlarged = image.OtherPlane(channel);
                AxisWeights.Apply(rows, columns, image.Plane(channel), enlarged);
                for (var i = 0; i < sum.Length; i++)
                {
                    sum[i] += enlarged[i];
                }
            }

            var plane = image.Plane(channel);
            for (var i = 0; i < sum.Length; i++)
            {
                plane[i] = sum[i] / (_zooms.Length + 1);
            }
        }
    }
}

/// <summary>Made ⌊n·p₀⌋ pixels large and n again, both by boxes.</summary>
internal sealed class Pixelate : ICorruptor
{
    private readonly AxisWeights _smallRows;
    private readonly AxisWeights _smallColumns;
    private readonly AxisWeights _rows;
    private readonly AxisWeights _columns;

    public Pixelate(double[] p, ImageShape shape)
    {
        var (height, width) = (Math.Max(1, (int)(shape.Height * p[0])), Math.Max(1, (int)(shape.Width * p[0])));
        (_smallRows, _smallColumns) = (AxisWeights.Box(shape.Height, height), AxisWeights.Box(shape.Width, width));
        (_rows, _columns) = (AxisWeights.Box(height, shape.Height), AxisWeights.Box(width, shape.Width));
    }

    public void Apply(Canvas image, ref CounterRandom random)
    {
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var small = image.OtherPlane(channel)[..(_smallRows.Outputs * _smallColumns.Outputs)];
            AxisWeights.Apply(_smallRows, _smallColumns, image.Plane(channel), small);
            AxisWeights.Apply(_rows, _columns, small, image.Plane(channel));
        }
    }
}
