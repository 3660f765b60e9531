namespace SelfSupervised.Evaluation.Reports.Internal;

/// <summary>PNG's filters: a row as differences from what its neighbours predict.</summary>
internal static class PngFilter
{
    private const int Filters = 5;

    /// <summary>Writes the number of the filter that gives the smallest differences, and these.</summary>
    /// <param name="row">The bytes of the row, pixel by pixel.</param>
    /// <param name="above">The row above; zeros for the first.</param>
    /// <param name="channels">The bytes of a pixel.</param>
    /// <param name="filtered">One byte more than the row.</param>
    public static void Apply(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int channels, Span<byte> filtered)
    {
        var (best, smallest) = (0, long.MaxValue);
        for (var filter = 0; filter < Filters; filter++)
        {
            Apply(filter, row, above, channels, filtered);
            var size = 0L;
            foreach (var difference in filtered[1..])
            {
                size += Math.Abs((int)(sbyte)difference);
            }

            (best, smallest) = size < smallest ? (filter, size) : (best, smallest);
        }

        Apply(best, row, above, channels, filtered);
    }

    private static void Apply(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, int channels, Span<byte> filtered)
    {
        filtered[0] = (byte)filter;
        for (var i = 0; i < row.Length; i++)
        {
            var (left, corner) = i < channels ? (0, 0) : (row[i - channels], above[i - channels]);
            var predicted = filter switch
            {
                0 => 0,
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                _ => Paeth(left, above[i], corner),
            };
            filtered[i + 1] = (byte)(row[i] - predicted);
        }
    }

    /// <summary>Of left, above and corner the one nearest to left + above − corner, in this order where equally near.</summary>
    private static int Paeth(int left, int above, int corner)
    {
        var (byLeft, byAbove, byCorner) = (Math.Abs(above - corner), Math.Abs(left - corner), Math.Abs(left + above - (2 * corner)));
        return byLeft <= byAbove && byLeft <= byCorner ? left : byAbove <= byCorner ? above : corner;
    }
}
