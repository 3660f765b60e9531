using System.Runtime.CompilerServices;

namespace SelfSupervised.Evaluation.Reports.Internal;

/// <summary>The checks of what a report shows.</summary>
internal static class Require
{
    public static string Words(string? value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return string.IsNullOrWhiteSpace(value)
            ? throw new ArgumentException($"Expected `{name}` to be text, but it is empty.", name)
            : value;
    }

    /// <summary>A copy of a list that holds something, and no null.</summary>
    public static T[] Some<T>(IEnumerable<T>? values, string what, [CallerArgumentExpression(nameof(values))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(values, name);
        T[] copy = [.. values];
        if (copy.Length == 0)
        {
            throw new ArgumentException($"Expected `{name}` to hold at least one {what}, but it is empty.", name);
        }

        var missing = Array.FindIndex(copy, value => value is null);
        return missing < 0 ? copy : throw new ArgumentException($"Expected `{name}` to hold no null, but its item {missing} is null.", name);
    }

    public static void Lengths(int length, string name, int expected, string reference)
    {
        if (length != expected)
        {
            throw new ArgumentException($"Expected `{name}` to hold {expected} values like `{reference}`, but got {length}.", name);
        }
    }

    /// <summary>Numbers that an axis can show.</summary>
    public static void Finite(IReadOnlyList<double> values, string name)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (!Axis.Shows(values[i], logarithmic: false))
            {
                throw new ArgumentException($"Expected `{name}` to be finite and at most 1e100 in size, but its value {i} is {Numbers.Short(values[i])}.", name);
            }
        }
    }
}
