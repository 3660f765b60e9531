using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses.Tiled;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

public static partial class InfoNCE
{
    /// <summary>Contrastive accuracy within a batch: the share of queries whose most similar key is their own.</summary>
    /// <remarks>
    /// It has no gradient; ties are broken arbitrarily. For the other direction, swap the arguments and transpose the mask.
    /// </remarks>
    /// <param name="queries">As in <see cref="Loss"/>.</param>
    /// <param name="keys">As in <see cref="Loss"/>.</param>
    /// <param name="falseNegatives">As in <see cref="Loss"/>: a masked key is no candidate.</param>
    /// <param name="checkValues">As in <see cref="Loss"/>.</param>
    /// <returns>A Float32 scalar in [0, 1]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor Accuracy(Tensor queries, Tensor keys, Tensor? falseNegatives = null, bool checkValues = true)
    {
        CheckBatch(queries, keys, falseNegatives, checkValues);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var count = queries.shape[0];
        var precision = Similarity.Precision(queries, keys);
        var plan = PairPlan.OfBatch(
            count, temperature: 1, precision, falseNegatives is not null, Tiling.For(queries));
        using var scores = new PairScores(
            plan, Similarity.Unit(queries, precision), Similarity.Unit(keys, precision), falseNegatives);
        return Share(scores.Nearest().eq(Places.UpTo(count, queries.device))).MoveToOuterDisposeScope();
    }

    /// <summary>Contrastive accuracy against given negatives: the share of queries that no negative is as similar to as their key.</summary>
    /// <remarks>It has no gradient. A tie counts as a miss, up to rounding.</remarks>
    /// <param name="queries">As in <see cref="LossAgainst"/>.</param>
    /// <param name="keys">As in <see cref="LossAgainst"/>.</param>
    /// <param name="negatives">As in <see cref="LossAgainst"/>.</param>
    /// <param name="falseNegatives">As in <see cref="LossAgainst"/>: a masked negative is no candidate.</param>
    /// <param name="checkValues">As in <see cref="LossAgainst"/>.</param>
    /// <param name="unitNegatives">As in <see cref="LossAgainst"/>.</param>
    /// <returns>A Float32 scalar in [0, 1]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="LossAgainst"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor AccuracyAgainst(
        Tensor queries,
        Tensor keys,
        Tensor negatives,
        Tensor? falseNegatives = null,
        bool checkValues = true,
        bool unitNegatives = false)
    {
        CheckAgainst(queries, keys, negatives, falseNegatives, checkValues);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var precision = Similarity.Precision(queries, keys, negatives);
        var unit = Similarity.Unit(queries, precision);
        var others = Similarity.Unit(negatives, precision, unitNegatives);
        var largest = new CandidateStream(Warm: true, WantsMean: false, Tiling.For(unit)).Largest(unit, others, falseNegatives);
        return Share(unit.mul(Similarity.Unit(keys, precision)).sum(1L).gt(largest)).MoveToOuterDisposeScope();
    }

    private static Tensor Share(Tensor hits) => hits.to(ScalarType.Float32).mean();
}
