using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses.Tiled;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

public static partial class LeaveOneOut
{
    /// <summary>Contrastive accuracy in each space: the share of queries that no other candidate is as similar to as their positive.</summary>
    /// <remarks>It has no gradient. A tie counts as a miss, up to rounding.</remarks>
    /// <param name="queries">As in <see cref="Loss"/>.</param>
    /// <param name="keys">As in <see cref="Loss"/>.</param>
    /// <param name="negatives">As in <see cref="Loss"/>.</param>
    /// <param name="falseNegatives">As in <see cref="Loss"/>: a masked negative is no candidate.</param>
    /// <param name="checkValues">As in <see cref="Loss"/>.</param>
    /// <param name="unitNegatives">As in <see cref="Loss"/>.</param>
    /// <returns>Float32 [n+1] in [0, 1]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">As in <see cref="Loss"/>.</exception>
    public static Tensor Accuracy(
        Tensor queries,
        Tensor keys,
        IReadOnlyList<Tensor> negatives,
        IReadOnlyList<Tensor?>? falseNegatives = null,
        bool checkValues = true,
        bool unitNegatives = false)
    {
        Check(queries, keys, negatives, falseNegatives, checkValues);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var precision = Similarity.Precision([queries, keys, .. negatives]);
        var stream = new CandidateStream(Warm: true, WantsMean: false, Tiling.For(queries));
        return stack(negatives.Select(Share)).MoveToOuterDisposeScope();

        Tensor Share(Tensor given, int space)
        {
            using var inner = NewDisposeScope();
            var unit = Similarity.Unit(queries.select(0, space), precision);
            var (positive, own) = OwnScores(unit, keys, space);
            var largest = stream.Largest(unit, Similarity.Unit(given, precision, unitNegatives), falseNegatives?[space]);
            var hits = positive.gt(largest).logical_and(own.ge(positive).sum(0L).eq(Scalars.One));
            return hits.to(ScalarType.Float32).mean().MoveToOuterDisposeScope();
        }
    }
}
