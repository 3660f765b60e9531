using SelfSupervised.Evaluation.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Neighbours;

/// <summary>How well cosine similarity finds images of the same class.</summary>
/// <remarks>
/// <para>
/// Each query's candidates are ranked by similarity, of equals the first in the gallery first; a candidate is relevant if its
/// label is the query's. With r_j = 1 where the j-th candidate is relevant and R of them in all, the average precision is
/// </para>
/// <code>AP = 1/R Σ_j r_j · (r_1 + … + r_j)/j</code>
/// <para>
/// over the whole ranking. Similarities are Float32, or Float64 if an input is; some queries are ranked at once, so that
/// memory does not grow with their number.
/// </para>
/// </remarks>
public static class Retrieval
{
    private const long ElementsAtOnce = 1 << 21;

    private static readonly Scalar Zero = 0.ToScalar();
    private static readonly Scalar One = 1.ToScalar();

    /// <summary>Each row of one set is the query once, all others are its candidates.</summary>
    /// <param name="features">[N, d], N ≥ 2.</param>
    /// <param name="labels">Int64 [N], classes from 0.</param>
    /// <param name="cutoffs">The k of recall and precision, each from 1 to N − 1. Default: 1.</param>
    /// <returns>The measures.</returns>
    /// <exception cref="ArgumentException">
    /// An input has another shape, type or device than described above or is not finite, or no query has a relevant candidate.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">A k is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static RetrievalResult Within(Tensor features, Tensor labels, params IReadOnlyList<int> cutoffs)
    {
        Guard.Features(features, nameof(features), leastRows: 2);
        Guard.Labels(labels, nameof(labels), features, nameof(features));
        Guard.Finite((features, nameof(features)));
        return Measure(features, labels, features, labels, Cutoffs(cutoffs, features.shape[0] - 1), within: true);
    }

    /// <summary>Queries and candidates are two sets.</summary>
    /// <param name="queries">[M, d], M ≥ 1.</param>
    /// <param name="queryLabels">Int64 [M], classes from 0.</param>
    /// <param name="gallery">[N, d] on the same device, N ≥ 1.</param>
    /// <param name="galleryLabels">Int64 [N], classes from 0.</param>
    /// <param name="cutoffs">The k of recall and precision, each from 1 to N. Default: 1.</param>
    /// <returns>The measures.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Within"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A k is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>var found = Retrieval.Among(test, testLabels, train, trainLabels, 1, 10);</code></example>
    public static RetrievalResult Among(
        Tensor queries, Tensor queryLabels, Tensor gallery, Tensor galleryLabels, params IReadOnlyList<int> cutoffs)
    {
        Guard.Features(queries, nameof(queries));
        Guard.Labels(queryLabels, nameof(queryLabels), queries, nameof(queries));
        Guard.Features(gallery, nameof(gallery));
        Guard.Like(gallery, nameof(gallery), queries, nameof(queries));
        Guard.Labels(galleryLabels, nameof(galleryLabels), gallery, nameof(gallery));
        Guard.Finite((queries, nameof(queries)), (gallery, nameof(gallery)));
        return Measure(queries, queryLabels, gallery, galleryLabels, Cutoffs(cutoffs, gallery.shape[0]), within: false);
    }

    private static RetrievalResult Measure(
        Tensor queries, Tensor queryLabels, Tensor gallery, Tensor galleryLabels, int[] cutoffs, bool within)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var precision = Rows.Precision(queries, gallery);
        var transposed = Rows.Unit(gallery, precision).t();
        var candidates = gallery.shape[0] - (within ? 1 : 0);
        var ranks = arange(1L, candidates + 1, ScalarType.Float64, gallery.device);

        var (matched, averagePrecision, recall, hits) = (0L, 0.0, new double[cutoffs.Length], new double[cutoffs.Length]);
        foreach (var (start, count) in Rows.Chunks(queries.shape[0], Rows.AtOnce(gallery.shape[0], ElementsAtOnce)))
        {
            using var part = NewDisposeScope();
            var scores = Rows.Unit(queries.narrow(0, start, count), precision).mm(transposed);
            if (within)
            {
                Ranking.HideSelf(scores, start);
            }

            // Hidden, a query is its own last candidate, and cut off.
            var order = scores.sort(1, descending: true, stable: true).Indices.narrow(1, 0, candidates);
            var relevant = galleryLabels.index_select(0, order.reshape(-1)).view_as(order)
                .eq(queryLabels.narrow(0, start, count).unsqueeze(1)).to(ScalarType.Float64);
            var found = relevant.cumsum(1);
            var all = found.narrow(1, candidates - 1, 1).squeeze(1);
            var hasMatch = all.gt(Zero);
            matched += hasMatch.sum().cpu().item<long>();
            averagePrecision += found.div(ranks).mul_(relevant).sum(1L).div_(all.clamp_min(One)).sum().cpu().item<double>();
            for (var i = 0; i < cutoffs.Length; i++)
            {
                var first = found.narrow(1, cutoffs[i] - 1, 1);
                recall[i] += first.gt(Zero).sum().cpu().item<long>();
                hits[i] += first.sum().cpu().item<double>();
            }
        }

        if (matched == 0)
        {
            throw new ArgumentException("Expected some query to have a candidate with its label, but none has.", within ? "labels" : "queryLabels");
        }

        return new RetrievalResult
        {
            MeanAveragePrecision = averagePrecision / matched,
            At = cutoffs.Select((k, i) => new RetrievalAt(k, recall[i] / matched, hits[i] / ((double)k * matched))).ToArray(),
            Queries = matched,
            QueriesWithoutMatch = queries.shape[0] - matched,
            Candidates = candidates,
            WithinOneSet = within,
        };
    }

    private static int[] Cutoffs(IReadOnlyList<int> cutoffs, long candidates)
    {
        ArgumentNullException.ThrowIfNull(cutoffs);
        foreach (var k in cutoffs)
        {
            Guard.Between(k, 1, candidates, nameof(cutoffs), "the candidates of a query");
        }

        return cutoffs.Count == 0 ? [1] : cutoffs.ToArray();
    }
}
