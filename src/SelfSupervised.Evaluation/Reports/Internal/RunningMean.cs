namespace SelfSupervised.Evaluation.Reports.Internal;

/// <summary>A noisy curve made readable.</summary>
internal static class RunningMean
{
    /// <summary>
    /// At each value that can be shown, the mean of those among so many around it; at the ends and at gaps, of fewer. What
    /// cannot be shown becomes NaN.
    /// </summary>
    public static double[] Of(IReadOnlyList<double> values, int window, Func<double, bool> shows)
    {
        var (before, after) = ((window - 1) / 2, window / 2);
        var (sum, count, start, end) = (0.0, 0, 0, 0);
        var means = new double[values.Count];
        for (var i = 0; i < means.Length; i++)
        {
            for (; end < means.Length && end <= i + after; end++)
            {
                (sum, count) = shows(values[end]) ? (sum + values[end], count + 1) : (sum, count);
            }

            for (; start < i - before; start++)
            {
                (sum, count) = shows(values[start]) ? (sum - values[start], count - 1) : (sum, count);
            }

            means[i] = shows(values[i]) ? sum / count : double.NaN;
        }

        return means;
    }
}
