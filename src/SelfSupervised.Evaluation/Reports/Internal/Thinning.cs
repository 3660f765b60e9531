namespace SelfSupervised.Evaluation.Reports.Internal;

/// <summary>Makes a long curve short without losing its outline.</summary>
internal static class Thinning
{
    /// <summary>The stretches to draw, each of the indices of its points in order.</summary>
    /// <remarks>
    /// Up to `most` points all are kept, and what cannot be shown parts two stretches. Of more, each of most/2 buckets of
    /// neighbours keeps its smallest and its largest value, in order, so that no spike is lost, and a bucket without a
    /// value parts two stretches; a gap within a bucket is narrower than what can be seen. The ends are kept.
    /// </remarks>
    public static List<List<int>> Stretches(IReadOnlyList<double> values, Func<double, bool> shows, int most = 800)
    {
        var stretches = new List<List<int>>();
        List<int>? open = null;
        foreach (var bucket in Buckets(values, shows, most))
        {
            if (bucket.Count == 0)
            {
                open = null;
                continue;
            }

            if (open is null)
            {
                stretches.Add(open = []);
            }

            open.AddRange(bucket);
        }

        return stretches;
    }

    private static IEnumerable<List<int>> Buckets(IReadOnlyList<double> values, Func<double, bool> shows, int most)
    {
        if (values.Count <= most)
        {
            return Enumerable.Range(0, values.Count).Select(i => shows(values[i]) ? new List<int> { i } : []);
        }

        var buckets = most / 2;
        return Enumerable.Range(0, buckets).Select(i => Bucket(
            values, shows, (int)((long)i * values.Count / buckets), (int)((i + 1L) * values.Count / buckets)));
    }

    private static List<int> Bucket(IReadOnlyList<double> values, Func<double, bool> shows, int start, int end)
    {
        var shown = Enumerable.Range(start, end - start).Where(i => shows(values[i])).ToList();
        if (shown.Count == 0)
        {
            return [];
        }

        var kept = new SortedSet<int> { shown.MinBy(i => values[i]), shown.MaxBy(i => values[i]) };
        if (start == 0)
        {
            kept.Add(shown[0]);
        }

        if (end == values.Count)
        {
            kept.Add(shown[^1]);
        }

        return [.. kept];
    }
}
