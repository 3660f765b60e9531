using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>The losses by autograd over the whole score matrix: for derivatives of the gradient, which tiles don't give.</summary>
internal static class DensePairs
{
    /// <summary>The embeddings' gradients as parts of a graph.</summary>
    public static IEnumerable<Tensor> Gradients(PairPlan plan, Tensor? hidden, Tensor[] embeddings, Tensor gradient)
    {
        var learners = embeddings.Where(one => one.requires_grad).ToArray();
        var found = new Queue<Tensor>(autograd.grad([Loss(plan, hidden, embeddings)], learners, [gradient], retain_graph: true, create_graph: true));
        return embeddings.Select(one => one.requires_grad ? found.Dequeue() : zeros_like(one)).ToArray();
    }

    private static Tensor Loss(PairPlan plan, Tensor? hidden, Tensor[] embeddings)
    {
        using var inverse = (1 / plan.Temperature).ToScalar();
        using var share = (1.0 / plan.Positives).ToScalar();
        using var half = 0.5.ToScalar();
        var unit = Similarity.Unit(cat(embeddings), plan.Precision);
        var rows = unit.narrow(0, 0, plan.Rows);
        var columns = plan.Square ? unit : unit.narrow(0, plan.Rows, plan.Rows);
        var scores = rows.mul(inverse).mm(columns.t());
        var positives = Positives(plan, scores).mul(share);
        if (plan.Square)
        {
            Similarity.HideSelf(scores);
        }

        Similarity.Hide(scores, hidden);
        var denominators = scores.logsumexp(1);
        return (plan.BothWays ? denominators.add(scores.logsumexp(0), Scalars.One).mul(half) : denominators).sub(positives);
    }

    /// <summary>The sum of each row's positives' scores, read before any are hidden.</summary>
    private static Tensor Positives(PairPlan plan, Tensor scores)
    {
        if (!plan.Square)
        {
            return scores.diagonal();
        }

        var views = plan.Positives + 1;
        var byViews = scores.view(views, plan.Rows / views, views, plan.Rows / views).diagonal(0, 1, 3);
        return byViews.sum(1L).sub(byViews.diagonal().t()).flatten();
    }
}
