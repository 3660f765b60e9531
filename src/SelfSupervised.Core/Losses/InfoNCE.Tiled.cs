using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses.Tiled;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

public static partial class InfoNCE
{
    /// <summary>The loss within a batch of checked arguments, in tiles of a given size.</summary>
    internal static Tensor BatchInTiles(
        Tensor queries, Tensor keys, double temperature, Tensor? falseNegatives, nn.Reduction reduction, bool bothWays, Tiling tiling)
    {
        using var scope = NewDisposeScope();
        var precision = Similarity.Precision(queries, keys);
        var (rows, columns) = (queries.to(precision), keys.to(precision));
        var plan = PairPlan.OfBatch(rows.shape[0], temperature, precision, falseNegatives is not null, tiling);
        var loss = bothWays && plan.Shifted ? MeanOfWays() : PairLoss.Of(
            plan with { BothWays = bothWays, ColumnsLearn = columns.requires_grad }, falseNegatives, rows, columns);
        return Similarity.Reduce(loss, reduction).MoveToOuterDisposeScope();

        // Rows and columns would be shifted differently: no exponential serves both.
        Tensor MeanOfWays()
        {
            using var half = 0.5.ToScalar();
            var there = PairLoss.Of(plan with { ColumnsLearn = columns.requires_grad }, falseNegatives, rows, columns);
            var back = PairLoss.Of(plan with { ColumnsLearn = rows.requires_grad }, falseNegatives?.t(), columns, rows);
            return there.add(back, Scalars.One).mul(half);
        }
    }

    /// <summary>The loss against given negatives of checked arguments, in chunks of a given size.</summary>
    internal static Tensor AgainstInTiles(
        Tensor queries,
        Tensor keys,
        Tensor negatives,
        double temperature,
        Tensor? falseNegatives,
        nn.Reduction reduction,
        bool unitNegatives,
        Tiling tiling)
    {
        using var scope = NewDisposeScope();
        using var inverse = (1 / temperature).ToScalar();
        var precision = Similarity.Precision(queries, keys, negatives);
        var scaled = Similarity.Unit(queries, precision).mul(inverse);
        var candidates = Similarity.Unit(negatives, precision, unitNegatives);
        var warm = PairPlan.IsWarm(temperature, candidates.shape[0], precision);

        var others = StreamedLogSumExp.Of(scaled, candidates, falseNegatives, warm, tiling);
        var positive = scaled.mul(Similarity.Unit(keys, precision)).sum(1L);
        // log(exp(positive) + exp(others)) − positive.
        return Similarity.Reduce(nn.functional.logsigmoid(positive.sub(others)).neg(), reduction).MoveToOuterDisposeScope();
    }
}
