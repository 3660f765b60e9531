using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>The value V of HSV becomes clip(V + p₀); hue and saturation stay.</summary>
internal sealed class Brightness(double[] p) : ICorruptor
{
    public void Apply(Canvas image, ref CounterRandom random)
    {
        for (var pixel = 0; pixel < image.Pixels; pixel++)
        {
            var highest = Colours.Highest(image, pixel);
            var raised = Math.Clamp(highest + (float)p[0], 0, 1);
            for (var channel = 0; channel < image.Channels; channel++)
            {
                // Of black, whose saturation is 0, a gray.
                ref var value = ref image.Plane(channel)[pixel];
                value = highest > 0 ? value * raised / highest : raised;
            }
        }
    }
}

/// <summary>(x − m)·p₀ + m, m the mean of each channel.</summary>
internal sealed class Contrast(double[] p) : ICorruptor
{
    public void Apply(Canvas image, ref CounterRandom random)
    {
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var sum = 0.0;
            foreach (var value in image.Plane(channel))
            {
                sum += value;
            }

            var mean = sum / image.Pixels;
            foreach (ref var value in image.Plane(channel))
            {
                value = (float)(((value - mean) * p[0]) + mean);
            }
        }
    }
}

/// <summary>The saturation S of HSV becomes clip(S·p₀ + p₁). Gray has hue 0 and so, where p₁ &gt; 0, turns red.</summary>
internal sealed class Saturate(double[] p) : ICorruptor
{
    public void Apply(Canvas image, ref CounterRandom random)
    {
        for (var pixel = 0; pixel < image.Pixels; pixel++)
        {
            var (highest, lowest) = (Colours.Highest(image, pixel), Colours.Lowest(image, pixel));
            var range = highest - lowest;
            var saturation = range > 0 ? range / highest : 0;
            var changed = Math.Clamp((saturation * (float)p[0]) + (float)p[1], 0, 1);
            for (var channel = 0; channel < image.Channels; channel++)
            {
                ref var value = ref image.Plane(channel)[pixel];
                value = range > 0
                    ? highest - ((highest - value) * changed / saturation)
                    : channel == 0 ? highest : highest * (1 - changed);
            }
        }
    }
}

/// <summary>The ends of a pixel's channels.</summary>
internal static class Colours
{
    public static float Highest(Canvas image, int pixel)
    {
        var highest = image.Plane(0)[pixel];
        for (var channel = 1; channel < image.Channels; channel++)
        {
            highest = Math.Max(highest, image.Plane(channel)[pixel]);
        }

        return highest;
    }

    public static float Lowest(Canvas image, int pixel)
    {
        var lowest = image.Plane(0)[pixel];
        for (var channel = 1; channel < image.Channels; channel++)
        {
            lowest = Math.Min(lowest, image.Plane(channel)[pixel]);
        }

        return lowest;
    }
}
