namespace SelfSupervised.Evaluation.Reports.Internal;

/// <summary>A range of values, linear or logarithmic, and its ticks.</summary>
internal sealed class Axis
{
    public const double Largest = 1e100;
    private readonly double _low;
    private readonly double _high;
    private readonly bool _logarithmic;

    private Axis(double low, double high, bool logarithmic, int ticks = 5)
    {
        (_low, _high, _logarithmic) = (Scale(low, logarithmic), Scale(high, logarithmic), logarithmic);
        Tick = logarithmic ? Ticks.Logarithmic(low, high) : Ticks.Linear(low, high, ticks);
    }

    public IReadOnlyList<(double Value, string Label)> Tick { get; }

    /// <summary>Whether a value has a place on the axis. Sizes beyond 1e100 have none, so that differences stay finite.</summary>
    public static bool Shows(double value, bool logarithmic) =>
        Math.Abs(value) <= Largest && (!logarithmic || value >= 1e-100);

    /// <summary>An axis that shows all of the values that can be shown; 0 to 1, or 0.1 to 1, if none can.</summary>
    /// <param name="values">In any order.</param>
    /// <param name="logarithmic">Whether equal distances are equal ratios.</param>
    /// <param name="padding">The share of the range that is added on both sides, though not across 0.</param>
    public static Axis Of(IEnumerable<double> values, bool logarithmic = false, double padding = 0)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values.Where(value => Shows(value, logarithmic)))
        {
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        }

        if (low > high)
        {
            return new Axis(logarithmic ? 0.1 : 0, 1, logarithmic);
        }

        return logarithmic ? Logarithmic(low, high, padding) : Linear(low, high, padding);
    }

    /// <summary>A linear axis of steps, epochs or ranks: where all values are whole, so are the ticks.</summary>
    public static Axis OfSteps(IReadOnlyCollection<double> values)
    {
        var axis = Of(values);
        return values.All(double.IsInteger)
            ? new Axis(axis._low, axis._high, false, (int)Math.Clamp(axis._high - axis._low, 1, 5))
            : axis;
    }

    /// <summary>Where a value lies, from 0 at the axis's beginning to 1 at its end.</summary>
    public double Share(double value) => (Scale(value, _logarithmic) - _low) / (_high - _low);

    private static Axis Linear(double low, double high, double padding)
    {
        var size = Math.Max(Math.Abs(low), Math.Abs(high));
        if (high - low <= 1e-9 * size || high - low < 1e-100)
        {
            // A constant: in the middle, or at the bottom if it is 0.
            return size < 1e-100 ? new Axis(0, 1, false) : new Axis(low - (size / 2), high + (size / 2), false);
        }

        var pad = padding * (high - low);
        return new Axis(
            low >= 0 ? Math.Max(0, low - pad) : low - pad,
            high <= 0 ? Math.Min(0, high + pad) : high + pad,
            false);
    }

    private static Axis Logarithmic(double low, double high, double padding)
    {
        var ratio = high / low < 1.001 ? 2 : Math.Pow(high / low, padding);
        return new Axis(low / ratio, high * ratio, true);
    }

    private static double Scale(double value, bool logarithmic) => logarithmic ? Math.Log10(value) : value;
}
