using SelfSupervised.Evaluation.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Neighbours;

/// <summary>The most similar rows by cosine similarity: what a gallery of neighbours shows.</summary>
/// <remarks>
/// Precision and memory are those of <see cref="WeightedKnn"/>; of equally similar rows the first come first. A figure of
/// neighbours restricted to some classes is one of a gallery that holds only these.
/// </remarks>
public static class NearestNeighbours
{
    /// <summary>The neighbours of queries in a gallery.</summary>
    /// <param name="queries">[M, d], M ≥ 1.</param>
    /// <param name="gallery">[N, d] on the same device.</param>
    /// <param name="count">k, from 1 to N.</param>
    /// <returns>
    /// [M, k] the similarities in [−1, 1], largest first (Float32, or Float64 if an input is), and Int64 [M, k] the numbers of
    /// the rows of the gallery. The caller owns both.
    /// </returns>
    /// <exception cref="ArgumentException">An input has another shape, type or device than described above, or is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static (Tensor Similarities, Tensor Indices) Find(Tensor queries, Tensor gallery, int count)
    {
        Guard.Features(queries, nameof(queries));
        Guard.Features(gallery, nameof(gallery));
        Guard.Like(gallery, nameof(gallery), queries, nameof(queries));
        Guard.Finite((queries, nameof(queries)), (gallery, nameof(gallery)));
        Guard.Between(count, 1, gallery.shape[0], nameof(count), "the rows of `gallery`");
        return Search(queries, gallery, count, hideSelf: false);
    }

    /// <summary>The neighbours of each row among the others.</summary>
    /// <param name="features">[N, d], N ≥ 2.</param>
    /// <param name="count">k, from 1 to N − 1.</param>
    /// <returns>As from <see cref="Find"/>. A row is left out of its own neighbours by its number: a duplicate of it is not.</returns>
    /// <exception cref="ArgumentException">The features have another shape or type than described above, or are not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The features have been disposed.</exception>
    public static (Tensor Similarities, Tensor Indices) Within(Tensor features, int count)
    {
        Guard.Features(features, nameof(features), leastRows: 2);
        Guard.Finite((features, nameof(features)));
        Guard.Between(count, 1, features.shape[0] - 1, nameof(count), "the other rows of `features`");
        return Search(features, features, count, hideSelf: true);
    }

    private static (Tensor Similarities, Tensor Indices) Search(Tensor queries, Tensor gallery, int count, bool hideSelf)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var precision = Rows.Precision(queries, gallery);
        var candidates = Rows.Unit(gallery, precision).t();
        long[] shape = [queries.shape[0], count];
        var similarities = empty(shape, precision, queries.device);
        var indices = empty(shape, ScalarType.Int64, queries.device);
        foreach (var (start, rows) in Rows.Chunks(shape[0], Rows.AtOnce(gallery.shape[0], WeightedKnn.ElementsAtOnce)))
        {
            using var part = NewDisposeScope();
            var scores = Rows.Unit(queries.narrow(0, start, rows), precision).mm(candidates);
            if (hideSelf)
            {
                Ranking.HideSelf(scores, start);
            }

            var (values, columns) = Ranking.Largest(scores, count, equalsInOrder: true);
            similarities.narrow(0, start, rows).copy_(values);
            indices.narrow(0, start, rows).copy_(columns);
        }

        return (similarities.MoveToOuterDisposeScope(), indices.MoveToOuterDisposeScope());
    }
}
