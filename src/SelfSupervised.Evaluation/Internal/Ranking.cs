using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>The columns with the largest scores of each row.</summary>
internal static class Ranking
{
    private static readonly Scalar Least = double.NegativeInfinity.ToScalar();

    /// <summary>The k largest, the largest first; of equals the columns with the lowest numbers are taken.</summary>
    /// <remarks>
    /// <c>topk</c> promises no order among equals, and not which of them it takes: rows in which that matters are sorted
    /// whole. Where the order among the k does not matter, only equals of the last of them do.
    /// </remarks>
    public static (Tensor Values, Tensor Columns) Largest(Tensor scores, int k, bool equalsInOrder)
    {
        var looked = (int)Math.Min(k + 1L, scores.shape[1]);
        var (values, columns) = scores.topk(looked);
        var from = equalsInOrder ? 0 : k - 1;
        var pairs = looked - 1 - from;
        var tied = values.narrow(1, from, pairs).eq(values.narrow(1, from + 1, pairs)).any(1);
        if (tied.any().cpu().item<bool>())
        {
            var rows = tied.nonzero().view(-1);
            var (sorted, order) = scores.index_select(0, rows).sort(1, descending: true, stable: true);
            values.index_copy_(0, rows, sorted.narrow(1, 0, looked));
            columns.index_copy_(0, rows, order.narrow(1, 0, looked));
        }

        return (values.narrow(1, 0, k), columns.narrow(1, 0, k));
    }

    /// <summary>Takes each query itself out of its candidates: row r is candidate number start + r.</summary>
    public static void HideSelf(Tensor scores, long start) =>
        scores.narrow(1, start, scores.shape[0]).diagonal().fill_(Least);
}
