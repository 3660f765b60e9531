using System.Numerics;

namespace SelfSupervised.Training.Internal;

/// <summary>The ranges of the public API's numbers. Each check gives the number back, or throws with its name and value.</summary>
internal static class Guard
{
    public static double AtLeastZero(double value, string name) =>
        In(value >= 0 && double.IsFinite(value), value, name, "finite and at least 0");

    public static double Positive(double value, string name) =>
        In(value > 0 && double.IsFinite(value), value, name, "finite and greater than 0");

    public static double BelowOne(double value, string name) => In(value is >= 0 and < 1, value, name, "at least 0 and below 1");

    public static long AtLeast(long least, long value, string name) => In(value >= least, value, name, $"at least {least}");

    private static T In<T>(bool inside, T value, string name, string range)
        where T : INumber<T> =>
        inside ? value : throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be {range}, but got {value}.");
}
