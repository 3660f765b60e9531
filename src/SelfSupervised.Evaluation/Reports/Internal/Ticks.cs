namespace SelfSupervised.Evaluation.Reports.Internal;

/// <summary>Where an axis is marked, and with what.</summary>
internal static class Ticks
{
    /// <summary>The multiples of 1, 2 or 5 times a power of ten that lie in the range: about so many.</summary>
    public static (double Value, string Label)[] Linear(double low, double high, int about = 5)
    {
        var step = Step((high - low) / about);
        var first = Math.Ceiling((low / step) - 1e-9);
        var count = (int)Math.Floor((high / step) + 1e-9 - first) + 1;
        var largest = Math.Max(Math.Abs(low), Math.Abs(high));
        return Enumerable.Range(0, Math.Max(0, count))
            .Select(i => (first + i) * step)
            .Select(value => (value, Label(value, step, largest)))
            .ToArray();
    }

    /// <summary>Powers of ten; with few of them in the range also 2 and 5 times these; without, as on a linear axis.</summary>
    public static (double Value, string Label)[] Logarithmic(double low, double high, int most = 7)
    {
        var (first, last) = (Exponent(low), Exponent(high));
        var every = Math.Max(1, (int)Math.Ceiling((last - first + 1) / (double)most));
        double[] factors = last - first <= 2 ? [1, 2, 5] : [1];
        var ticks = Enumerable.Range(first, last - first + 1)
            .Where(exponent => exponent % every == 0)
            .SelectMany(exponent => factors.Select(factor => (Value: factor * Math.Pow(10, exponent), factor, exponent)))
            .Where(tick => tick.Value >= low * (1 - 1e-9) && tick.Value <= high * (1 + 1e-9))
            .ToArray();
        var powers = first < -3 || last > 4;
        return ticks.Length < 2
            ? Linear(low, high, 4).Where(tick => tick.Value > 0).ToArray()
            : ticks.Select(tick => (tick.Value, powers ? Power(tick.factor, tick.exponent) : Plain(tick.Value, tick.exponent))).ToArray();
    }

    private static double Step(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return (rough / power) switch { < 1.45 => 1, < 3.2 => 2, < 7.1 => 5, _ => 10 } * power;
    }

    private static int Exponent(double value) => (int)Math.Floor(Math.Log10(value) + 1e-9);

    private static string Plain(double value, int exponent) => Numbers.Format(value, $"F{Math.Max(0, -exponent)}");

    private static string Power(double factor, int exponent) =>
        (factor == 1 ? "" : Numbers.Integer((int)factor) + "×") + Numbers.PowerOfTen(exponent);

    private static string Label(double value, double step, double largest)
    {
        if (value == 0)
        {
            return "0";
        }

        var exponent = Exponent(largest);
        var (unit, suffix) = exponent switch
        {
            < -3 or >= 9 => (Math.Pow(10, exponent), "×" + Numbers.PowerOfTen(exponent)),
            >= 6 => (1e6, "M"),
            >= 4 => (1e3, "k"),
            _ => (1.0, ""),
        };
        var decimals = Math.Clamp(-Exponent(step / unit), 0, 12);
        return Numbers.Format(value / unit, $"F{decimals}") + suffix;
    }
}
