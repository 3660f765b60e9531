namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>How drops of water shine.</summary>
/// <remarks>
/// The distance from the drops' outlines, at most 20, is smoothed, its histogram made even, embossed, smoothed, and multiplied by
/// the drops. The published script finds outlines by Canny's detector; here they are the pixels of drops beside a dry one.
/// </remarks>
internal static class Drops
{
    private const int Farthest = 20;

    private static readonly Offset[] Box = [.. Around((_, _) => 1 / 9f)];

    // From the top left, −2, to the bottom right, 2, with 1 in the middle.
    private static readonly Offset[] Emboss = [.. Around((dy, dx) => (dy, dx) == (0, 0) ? 1 : dy + dx)];

    public static float[] Relief(float[] liquid, int height, int width)
    {
        var distance = Distance(Outline(liquid, height, width), height, width);
        var even = Equalised(Filter(Box, distance));
        var embossed = Array.ConvertAll(Filter(Emboss, even), value => Math.Clamp(value, 0, 255));
        return Filter(Box, embossed).Zip(liquid, (light, drop) => light * drop).ToArray();

        float[] Filter(Offset[] offsets, float[] plane)
        {
            var result = new float[plane.Length];
            Offset.Apply(offsets, Border.Reflect, plane, result, height, width);
            return result;
        }
    }

    private static IEnumerable<Offset> Around(Func<int, int, float> weight) =>
        Enumerable.Range(-1, 3).SelectMany(dy => Enumerable.Range(-1, 3).Select(dx => new Offset(dy, dx, weight(dy, dx))));

    private static bool[] Outline(float[] liquid, int height, int width)
    {
        var outline = new bool[liquid.Length];
        for (var i = 0; i < liquid.Length; i++)
        {
            var (y, x) = (i / width, i % width);
            outline[i] = liquid[i] > 0 && ((y > 0 && liquid[i - width] == 0) || (y < height - 1 && liquid[i + width] == 0)
                || (x > 0 && liquid[i - 1] == 0) || (x < width - 1 && liquid[i + 1] == 0));
        }

        return outline;
    }

    // First along the columns, then the nearest of what the row sees.
    private static float[] Distance(bool[] outline, int height, int width)
    {
        var (vertical, result) = (new int[outline.Length], new float[outline.Length]);
        for (var i = 0; i < outline.Length; i++)
        {
            vertical[i] = outline[i] ? 0 : Math.Min(Farthest, i < width ? Farthest : vertical[i - width] + 1);
        }

        for (var i = outline.Length - width - 1; i >= 0; i--)
        {
            vertical[i] = Math.Min(vertical[i], vertical[i + width] + 1);
        }

        for (var i = 0; i < outline.Length; i++)
        {
            var (x, row, nearest) = (i % width, i / width * width, Farthest * Farthest);
            for (var other = Math.Max(0, x - Farthest); other <= Math.Min(width - 1, x + Farthest); other++)
            {
                nearest = Math.Min(nearest, ((other - x) * (other - x)) + (vertical[row + other] * vertical[row + other]));
            }

            result[i] = MathF.Sqrt(nearest);
        }

        return result;
    }

    // 255·(rank − lowest rank)/(n − lowest rank) by whole values.
    private static float[] Equalised(float[] plane)
    {
        var counts = new int[Farthest + 1];
        foreach (var value in plane)
        {
            counts[(int)value]++;
        }

        var (lowest, sum) = (counts.First(count => count > 0), 0);
        var ranks = Array.ConvertAll(counts, count => sum += count);
        return Array.ConvertAll(plane, value =>
            lowest == plane.Length ? value : MathF.Round(255f * (ranks[(int)value] - lowest) / (plane.Length - lowest)));
    }
}
