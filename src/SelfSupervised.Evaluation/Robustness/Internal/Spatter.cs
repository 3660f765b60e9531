using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>
/// Drops: N(p₀, p₁²) blurred by σ = p₂, of that what is at least p₃. Mud (p₅ = 1) covers the image where the drops, blurred by
/// σ = p₄, are at least 0.8; water adds turquoise of strength p₄ in the relief of <see cref="Drops"/>.
/// </summary>
internal sealed class Spatter(double[] p, ImageShape shape) : ICorruptor
{
    private static readonly double[] Mud = [63, 42, 20];
    private static readonly double[] Water = [175, 238, 238];

    private readonly AxisWeights[] _spread = Pair(shape, p[2]);
    private readonly AxisWeights[] _edge = Pair(shape, p[4]);

    public void Apply(Canvas image, ref CounterRandom random)
    {
        var (drawn, liquid) = (new float[image.Pixels], new float[image.Pixels]);
        foreach (ref var value in drawn.AsSpan())
        {
            value = (float)(p[0] + (p[1] * random.Normal()));
        }

        AxisWeights.Apply(_spread[0], _spread[1], drawn, liquid);
        foreach (ref var value in liquid.AsSpan())
        {
            value = value < p[3] ? 0 : value;
        }

        if (p[5] == 1)
        {
            Cover(image, liquid, drawn);
        }
        else
        {
            Add(image, Drops.Relief(liquid, image.Height, image.Width));
        }
    }

    private static AxisWeights[] Pair(ImageShape shape, double sigma) =>
        [AxisWeights.Gaussian(shape.Height, sigma, 4, Border.Nearest), AxisWeights.Gaussian(shape.Width, sigma, 4, Border.Nearest)];

    private static float Colour(double[] rgb, Canvas image, int channel) =>
        (float)((image.Channels == 3 ? rgb[channel] : (0.299 * rgb[0]) + (0.587 * rgb[1]) + (0.114 * rgb[2])) / 255);

    private void Cover(Canvas image, float[] liquid, float[] mask)
    {
        var drops = Array.ConvertAll(liquid, value => value > p[3] ? 1f : 0f);
        AxisWeights.Apply(_edge[0], _edge[1], drops, mask);
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var plane = image.Plane(channel);
            var colour = Colour(Mud, image, channel);
            for (var i = 0; i < mask.Length; i++)
            {
                var share = mask[i] < 0.8f ? 0 : mask[i];
                plane[i] += share * (colour - plane[i]);
            }
        }
    }

    private void Add(Canvas image, float[] relief)
    {
        var highest = relief.Max();
        for (var channel = 0; channel < image.Channels && highest > 0; channel++)
        {
            var plane = image.Plane(channel);
            var colour = Colour(Water, image, channel);
            for (var i = 0; i < relief.Length; i++)
            {
                plane[i] += (float)p[4] * colour * relief[i] / highest;
            }
        }
    }
}
