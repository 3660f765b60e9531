namespace SelfSupervised.Core.Tests.Losses;

/// <summary>The contrastive losses as one would write them: the whole matrix, autograd, and nothing clever.</summary>
internal static class DenseReference
{
    public static Tensor NTXent(IReadOnlyList<Tensor> views, double temperature, Tensor? hidden)
    {
        var (count, images) = (views.Count, views[0].shape[0]);
        var unit = Unit(cat(views.ToArray()));
        var scores = unit.mm(unit.t()).div(temperature);
        var self = eye(count * images, dtype: ScalarType.Bool);
        var positives = eye(images, dtype: ScalarType.Bool).repeat(count, count).logical_and(self.logical_not());
        var candidates = scores.masked_fill(hidden is null ? self : self.logical_or(hidden), double.NegativeInfinity);
        return candidates.logsumexp(1).sub(scores.mul(positives).sum(1L).div(count - 1));
    }

    public static Tensor InfoNCE(Tensor queries, Tensor keys, double temperature, Tensor? hidden, bool bothWays)
    {
        var scores = Unit(queries).mm(Unit(keys).t()).div(temperature);
        var candidates = hidden is null ? scores : scores.masked_fill(hidden, double.NegativeInfinity);
        var there = candidates.logsumexp(1).sub(scores.diagonal());
        return bothWays ? there.add(candidates.logsumexp(0).sub(scores.diagonal())).div(2) : there;
    }

    public static Tensor InfoNCEAgainst(Tensor queries, Tensor keys, Tensor negatives, double temperature, Tensor? hidden)
    {
        var (query, key, negative) = (Unit(queries), Unit(keys), Unit(negatives));
        var scores = query.mm(negative.t()).div(temperature);
        var positive = query.mul(key).sum(1L, keepdim: true).div(temperature);
        var others = hidden is null ? scores : scores.masked_fill(hidden, double.NegativeInfinity);
        return cat([positive, others], 1).logsumexp(1).sub(positive.squeeze(1));
    }

    public static Tensor LeaveOneOut(Tensor queries, Tensor keys, IReadOnlyList<Tensor> negatives, double temperature, IReadOnlyList<Tensor?>? hidden)
    {
        return stack(negatives.Select(Space));

        Tensor Space(Tensor given, int space)
        {
            var (query, key, negative) = (Unit(queries[space]), Unit(keys[space]), Unit(given));
            var own = key.mul(query).sum(2L).div(temperature);
            var scores = query.mm(negative.t()).div(temperature);
            var others = hidden?[space] is { } mask ? scores.masked_fill(mask, double.NegativeInfinity) : scores;
            var image = space == 0 ? own.narrow(0, 0, 1) : own;
            return cat([image.t(), others], 1).logsumexp(1).sub(own[space]);
        }
    }

    private static Tensor Unit(Tensor rows) => nn.functional.normalize(rows, dim: -1);
}
