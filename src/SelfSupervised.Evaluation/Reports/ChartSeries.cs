using SelfSupervised.Evaluation.Internal;
using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>A line of a <see cref="LineChart"/>.</summary>
/// <remarks>
/// A y that is NaN or infinite, or not above 0 on a logarithmic axis, is a gap in the line. Of more than 800 points, the
/// smallest and the largest of each stretch are drawn.
/// </remarks>
public sealed class ChartSeries
{
    /// <summary>Makes a line through points.</summary>
    /// <param name="name">What the legend says.</param>
    /// <param name="x">At least one, finite and at most 1e100 in size, in ascending order.</param>
    /// <param name="y">As many as x.</param>
    /// <exception cref="ArgumentException">The name or a list is empty, the lists differ in length, or x is not finite or descends.</exception>
    public ChartSeries(string name, IEnumerable<double> x, IEnumerable<double> y)
    {
        Name = Require.Words(name);
        (var xs, var ys) = (Require.Some(x, "value"), Require.Some(y, "value"));
        Require.Lengths(ys.Length, nameof(y), xs.Length, nameof(x));
        Require.Finite(xs, nameof(x));
        for (var i = 1; i < xs.Length; i++)
        {
            if (xs[i] < xs[i - 1])
            {
                throw new ArgumentException(
                    $"Expected `x` to ascend, but its value {i} is {Numbers.Short(xs[i])} after {Numbers.Short(xs[i - 1])}.", nameof(x));
            }
        }

        (X, Y) = (xs, ys);
    }

    /// <summary>Makes a line through values at x = 1, 2, …</summary>
    /// <param name="name">What the legend says.</param>
    /// <param name="y">At least one.</param>
    /// <exception cref="ArgumentException">The name or the list is empty.</exception>
    public ChartSeries(string name, IEnumerable<double> y)
    {
        Name = Require.Words(name);
        var ys = Require.Some(y, "value");
        (X, Y) = (Enumerable.Range(1, ys.Length).Select(i => (double)i).ToArray(), ys);
    }

    /// <summary>
    /// How many values around each are averaged, at least 1; the line is then that of the averages, before a faint one of
    /// the values. Default 1: none.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Smoothing { get; init => field = Guard.AtLeast(value, 1, nameof(Smoothing)); } = 1;

    /// <summary>What the legend says.</summary>
    public string Name { get; }

    /// <summary>Where each value lies, ascending.</summary>
    public IReadOnlyList<double> X { get; }

    /// <summary>The values.</summary>
    public IReadOnlyList<double> Y { get; }
}
