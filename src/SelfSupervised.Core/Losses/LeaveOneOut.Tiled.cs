using SelfSupervised.Core.Losses.Tiled;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

public static partial class LeaveOneOut
{
    /// <summary>The terms of checked arguments, in chunks of a given size.</summary>
    internal static Tensor TermsInTiles(
        Tensor queries,
        Tensor keys,
        IReadOnlyList<Tensor> negatives,
        double temperature,
        IReadOnlyList<Tensor?>? falseNegatives,
        bool unitNegatives,
        Tiling tiling)
    {
        using var scope = NewDisposeScope();
        using var inverse = (1 / temperature).ToScalar();
        var precision = Similarity.Precision([queries, keys, .. negatives]);
        return stack(negatives.Select(Term)).MoveToOuterDisposeScope();

        Tensor Term(Tensor given, int space)
        {
            using var inner = NewDisposeScope();
            var scaled = Similarity.Unit(queries.select(0, space), precision).mul(inverse);
            var (positive, own) = OwnScores(scaled, keys, space);
            var candidates = Similarity.Unit(given, precision, unitNegatives);
            var warm = PairPlan.IsWarm(temperature, candidates.shape[0], precision);
            var others = StreamedLogSumExp.Of(scaled, candidates, falseNegatives?[space], warm, tiling);
            // log(exp(image) + exp(others)) − positive.
            var image = own.logsumexp(0);
            return image.sub(positive).sub(nn.functional.logsigmoid(image.sub(others))).MoveToOuterDisposeScope();
        }
    }

    /// <summary>One space's scores with the image's own keys: the positive [B], and all that count [V, B], the positive among them.</summary>
    private static (Tensor Positive, Tensor All) OwnScores(Tensor queries, Tensor keys, int space)
    {
        // In space 0 other keys of the image are neither positive nor negative.
        var shape = keys.shape;
        var views = space == 0 ? 1 : shape[1];
        var unit = Similarity.Unit(keys.select(0, space).narrow(0, 0, views).reshape(-1, shape[3]), queries.dtype);
        var scores = queries.mul(unit.view(views, shape[2], shape[3])).sum(2L);
        return (scores.select(0, space), scores);
    }
}
