using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>A contrastive loss of every anchor, with its gradient, without the score matrix.</summary>
internal sealed class PairLoss : autograd.SingleTensorFunction<PairLoss>
{
    private static readonly Scalar Tiny = 1e-37.ToScalar();

    public override string Name => nameof(PairLoss);

    /// <summary>Each anchor's loss [R], in the caller's dispose scope, which it leaves more in.</summary>
    /// <param name="plan">Which scores.</param>
    /// <param name="hidden">The mask of candidates that do not count, or null.</param>
    /// <param name="embeddings">In the plan's precision: the views of a square plan, or rows and columns.</param>
    public static Tensor Of(PairPlan plan, Tensor? hidden, params Tensor[] embeddings)
    {
        var learns = is_grad_enabled() && embeddings.Any(one => one.requires_grad);
        return apply([plan, hidden!, learns && plan.Kept, .. embeddings]);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (plan, hidden, keep) = ((PairPlan)vars[0], (Tensor?)vars[1], (bool)vars[2]);
        var embeddings = vars[3..].Cast<Tensor>().ToArray();
        var unit = cat(embeddings);
        var norms = UnitRows.Make(unit);
        using var scores = Scores(plan, unit, hidden);
        var (loss, state) = PairForward.Run(scores, keep);

        ctx.set_materialize_grads(false);
        ctx.save_data(nameof(plan), plan);
        ctx.save_data(nameof(embeddings), embeddings.Length);
        ctx.save_data(nameof(state.Kept), state.Kept.Count);
        Tensor[] masks = hidden is null ? [] : [hidden];
        ctx.save_for_backward([.. embeddings, unit, norms, .. masks, .. state.Tensors]);
        return loss;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var plan = (PairPlan)ctx.get_data("plan");
        var saved = new Queue<Tensor>(ctx.get_saved_variables());
        var embeddings = Enumerable.Range(0, (int)ctx.get_data("embeddings")).Select(_ => saved.Dequeue()).ToArray();
        var (unit, norms) = (saved.Dequeue(), saved.Dequeue());
        var hidden = plan.Masked ? saved.Dequeue() : null;
        var state = PairState.Take(plan, saved, (int)ctx.get_data(nameof(PairState.Kept)));
        var gradients = is_grad_enabled()
            ? DensePairs.Gradients(plan, hidden, embeddings, grad_output)
            : Gradients(plan, hidden, unit, norms, state, grad_output).chunk(embeddings.Length);
        return [null!, null!, null!, .. gradients.Select(one => one.MoveToOuterDisposeScope())];
    }

    private static Tensor Gradients(PairPlan plan, Tensor? hidden, Tensor unit, Tensor norms, PairState state, Tensor gradient)
    {
        using var scores = Scores(plan, unit, hidden);
        using var inverse = (1 / plan.Temperature).ToScalar();
        // Relative to the largest, and only in the end made as large as it is: no weight is out of range.
        var largest = gradient.abs().amax([0L]).clamp_min_(Tiny);
        var all = zeros_like(unit);
        var ofColumns = plan.Square ? all : all.narrow(0, plan.Rows, plan.Rows);
        PairBackward.Run(scores, state, gradient.div(largest), plan.Square ? all : all.narrow(0, 0, plan.Rows), ofColumns);
        UnitRows.PullBack(all, unit, norms, largest.mul(inverse));
        return all;
    }

    private static PairScores Scores(PairPlan plan, Tensor unit, Tensor? hidden) => plan.Square
        ? new PairScores(plan, unit, unit, hidden)
        : new PairScores(plan, unit.narrow(0, 0, plan.Rows), unit.narrow(0, plan.Rows, plan.Rows), hidden);
}
