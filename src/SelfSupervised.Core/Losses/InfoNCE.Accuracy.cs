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
        using var count = queries.shape[0].ToScalar();
        var (scores, _) = Scores(queries, keys, keys, falseNegatives, temperature: 1);
        var own = arange(count, ScalarType.Int64, scores.device);
        return Share(scores.argmax(1).eq(own)).MoveToOuterDisposeScope();
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
        var (scores, positive) = Scores(queries, keys, negatives, falseNegatives, temperature: 1, unitNegatives);
        return Share(positive.gt(scores.amax([1L]))).MoveToOuterDisposeScope();
    }

    private static Tensor Share(Tensor hits) => hits.to(ScalarType.Float32).mean();
}
