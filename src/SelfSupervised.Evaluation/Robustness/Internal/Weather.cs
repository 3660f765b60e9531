using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>(x + p₀·plasma)·h/(h + p₀), h the image's highest value; the plasma's decay is p₁.</summary>
internal sealed class Fog(double[] p, int side) : ICorruptor
{
    public void Apply(Canvas image, ref CounterRandom random)
    {
        var highest = 0f;
        foreach (var value in image.Values)
        {
            highest = Math.Max(highest, value);
        }

        var plasma = Plasma.Draw(side, p[1], ref random);
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var plane = image.Plane(channel);
            for (var y = 0; y < image.Height; y++)
            {
                for (var x = 0; x < image.Width; x++)
                {
                    ref var value = ref plane[(y * image.Width) + x];
                    value = (float)((value + (p[0] * plasma[(y * side) + x])) * highest / (highest + p[0]));
                }
            }
        }
    }
}

/// <summary>p₀·x + p₁·ice: a random cut of a given picture, or else bright ridges of a plasma.</summary>
internal sealed class Frost(double[] p, FrostPictures? pictures, int side) : ICorruptor
{
    private const double Decay = 1.5;

    // A little blue.
    private static readonly double[] Tint = [0.78, 0.88, 1];

    public void Apply(Canvas image, ref CounterRandom random)
    {
        var ice = new float[image.Values.Length];
        if (pictures is null)
        {
            Grow(ice, image, ref random);
        }
        else
        {
            pictures.Cut(ice, image, ref random);
        }

        var values = image.Values;
        for (var i = 0; i < ice.Length; i++)
        {
            values[i] = (float)((p[0] * values[i]) + (p[1] * ice[i]));
        }
    }

    private void Grow(float[] ice, Canvas image, ref CounterRandom random)
    {
        var plasma = Plasma.Draw(side, Decay, ref random);
        for (var pixel = 0; pixel < image.Pixels; pixel++)
        {
            var ridge = 1 - Math.Abs((2 * plasma[(pixel / image.Width * side) + (pixel % image.Width)]) - 1);
            for (var channel = 0; channel < image.Channels; channel++)
            {
                var tint = image.Channels == 1 ? Tint[1] : Tint[channel];
                ice[(channel * image.Pixels) + pixel] = (float)(tint * (0.25 + (0.75 * ridge * ridge)));
            }
        }
    }
}

/// <summary>
/// Flakes: N(p₀, p₁²) enlarged by p₂, of that what is at least p₃, clipped and blurred along a line (p₄, p₅) at an angle from
/// −135° to −45°. Then p₆·x + (1 − p₆)·max(x, 1.5·gray + ½), the flakes, and the flakes turned by 180°, are added up.
/// </summary>
internal sealed class Snow(double[] p, ImageShape shape) : ICorruptor
{
    private readonly AxisWeights _rows = AxisWeights.CentreZoom(shape.Height, p[2]);
    private readonly AxisWeights _columns = AxisWeights.CentreZoom(shape.Width, p[2]);

    public void Apply(Canvas image, ref CounterRandom random)
    {
        var (drawn, flakes) = (new float[image.Pixels], new float[image.Pixels]);
        foreach (ref var value in drawn.AsSpan())
        {
            value = (float)(p[0] + (p[1] * random.Normal()));
        }

        AxisWeights.Apply(_rows, _columns, drawn, flakes);
        foreach (ref var value in flakes.AsSpan())
        {
            value = value < p[3] ? 0 : Math.Clamp(value, 0, 1);
        }

        var line = MotionBlur.Line((int)p[4], p[5], random.Uniform(-135, -45));
        Offset.Apply(line, Border.Nearest, flakes, drawn, image.Height, image.Width);
        Fall(image, drawn);
    }

    private void Fall(Canvas image, float[] flakes)
    {
        var mix = (float)p[6];
        for (var pixel = 0; pixel < flakes.Length; pixel++)
        {
            var (white, snow) = ((image.Gray(pixel) * 1.5f) + 0.5f, flakes[pixel] + flakes[^(pixel + 1)]);
            for (var channel = 0; channel < image.Channels; channel++)
            {
                ref var value = ref image.Plane(channel)[pixel];
                value = (mix * value) + ((1 - mix) * Math.Max(value, white)) + snow;
            }
        }
    }
}
