namespace SelfSupervised.Core.Views.Host;

/// <summary>The taps of an antialiased resize and of a Gaussian blur.</summary>
/// <remarks>
/// Output i of n looks at centre c = (i + ½)·s in a stretch of length L, s = L/n. Its weights are k((j + ½ − c)/m), m = max(1, s),
/// over the pixels j within the kernel's reach, divided by their sum: the rule of Pillow and torchvision.
/// </remarks>
internal static class Resampling
{
    public static int ResizeTaps(Interpolation interpolation, int length, int outputs)
    {
        var reach = Reach(interpolation) * Math.Max(1, length / (float)outputs);
        return Math.Min(length, (int)(2 * reach) + 2);
    }

    /// <summary>Resizes the stretch from start on; the table has at least <see cref="ResizeTaps"/> taps.</summary>
    /// <returns>How many taps are used.</returns>
    public static int Resize(TapTable table, Interpolation interpolation, int start, int length, int image = 0)
    {
        var indices = table.Index(image);
        var weights = table.Weight(image);
        var outputs = table.Outputs;
        var scale = length / (float)outputs;
        var stretch = Math.Max(1, scale);
        var reach = Reach(interpolation) * stretch;
        var used = 0;
        for (var i = 0; i < outputs; i++)
        {
            var centre = (i + 0.5f) * scale;
            var first = Math.Max(0, (int)(centre - reach + 0.5f));
            var count = Math.Min(length, (int)(centre + reach + 0.5f)) - first;
            var sum = 0f;
            used = Math.Max(used, count);
            for (var tap = 0; tap < count; tap++)
            {
                var weight = Kernel(interpolation, (first + tap + 0.5f - centre) / stretch);
                sum += weight;
                weights[(tap * outputs) + i] = weight;
            }

            for (var tap = 0; tap < table.Taps; tap++)
            {
                var place = (tap * outputs) + i;
                (weights[place], indices[place]) = tap < count ? (weights[place] / sum, start + first + tap) : (0, start);
            }
        }

        return used;
    }

    /// <summary>The 2·radius + 1 weights of a Gaussian.</summary>
    public static void Gaussian(Span<float> taps, float sigma)
    {
        var (radius, sum) = (taps.Length / 2, 0f);
        for (var tap = 0; tap < taps.Length; tap++)
        {
            var x = tap - radius;
            taps[tap] = MathF.Exp(-(x * x) / (2 * sigma * sigma));
            sum += taps[tap];
        }

        foreach (ref var tap in taps)
        {
            tap /= sum;
        }
    }

    /// <summary>Blurs a whole axis with such weights; the table has as many taps or more, and as many outputs as the axis is long.</summary>
    public static void Blur(TapTable table, ReadOnlySpan<float> taps, BorderMode border, int image = 0)
    {
        var (length, radius) = (table.Outputs, taps.Length / 2);
        for (var tap = 0; tap < table.Taps; tap++)
        {
            var weight = tap < taps.Length ? taps[tap] : 0;
            var indices = table.Index(image).Slice(tap * length, length);
            var weights = table.Weight(image).Slice(tap * length, length);
            for (var i = 0; i < length; i++)
            {
                var at = i + tap - radius;
                var inside = at >= 0 && at < length;
                weights[i] = inside || border == BorderMode.Reflect ? weight : 0;
                indices[i] = inside ? at : Mirrored(at, length);
            }
        }
    }

    /// <summary>An index mirrored at the centres of the first and the last pixel, as often as needed.</summary>
    public static int Mirrored(int index, int length)
    {
        if (length == 1)
        {
            return 0;
        }

        var period = 2 * (length - 1);
        var within = ((index % period) + period) % period;
        return within < length ? within : period - within;
    }

    private static int Reach(Interpolation interpolation) => interpolation == Interpolation.Bilinear ? 1 : 2;

    private static float Kernel(Interpolation interpolation, float x)
    {
        x = MathF.Abs(x);
        if (interpolation == Interpolation.Bilinear)
        {
            return MathF.Max(0, 1 - x);
        }

        return x switch
        {
            < 1 => ((((1.5f * x) - 2.5f) * x) * x) + 1,
            < 2 => (((((-0.5f * x) + 2.5f) * x) - 4) * x) + 2,
            _ => 0,
        };
    }
}
