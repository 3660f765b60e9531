namespace SelfSupervised.Core.Tests.Losses;

/// <summary>The contrastive losses as one would write them: the whole matrix, autograd, and nothing clever.</summary>
internal static class DenseReference
{
    public static Tensor NTXent(IReadOnlyList<Tensor> views, double temperature, Tensor? hidden)
    {
        var (count, images) = (views.Count, views[0].shape[0]);
        var unit = nn.functional.normalize(cat(views.ToArray()));
        var scores = unit.mm(unit.t()).div(temperature);
        var self = eye(count * images, dtype: ScalarType.Bool);
        var positives = eye(images, dtype: ScalarType.Bool).repeat(count, count).logical_and(self.logical_not());
        var candidates = scores.masked_fill(hidden is null ? self : self.logical_or(hidden), double.NegativeInfinity);
        return candidates.logsumexp(1).sub(scores.mul(positives).sum(1L).div(count - 1));
    }

    public static Tensor InfoNCE(Tensor queries, Tensor keys, double temperature, Tensor? hidden, bool bothWays)
    {
        var scores = nn.functional.normalize(queries).mm(nn.functional.normalize(keys).t()).div(temperature);
        var candidates = hidden is null ? scores : scores.masked_fill(hidden, double.NegativeInfinity);
        var there = candidates.logsumexp(1).sub(scores.diagonal());
        return bothWays ? there.add(candidates.logsumexp(0).sub(scores.diagonal())).div(2) : there;
    }

    public static Tensor InfoNCEAgainst(Tensor queries, Tensor keys, Tensor negatives, double temperature, Tensor? hidden)
    {
        var (query, key, negative) = (nn.functional.normalize(queries), nn.functional.normalize(keys), nn.functional.normalize(negatives));
        var scores = query.mm(negative.t()).div(temperature);
        var positive = query.mul(key).sum(1L, keepdim: true).div(temperature);
        var others = hidden is null ? scores : scores.masked_fill(hidden, double.NegativeInfinity);
        return cat([positive, others], 1).logsumexp(1).sub(positive.squeeze(1));
    }
}
