using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>log Σ_m exp(q_n·v_m) of each query over many candidates, with its gradient, without the score matrix.</summary>
internal sealed class StreamedLogSumExp : autograd.SingleTensorFunction<StreamedLogSumExp>
{
    public override string Name => nameof(StreamedLogSumExp);

    /// <summary>
    /// [N], in the caller's dispose scope, in which it leaves more; far below any score, or minus infinity, where all
    /// candidates are hidden.
    /// </summary>
    /// <param name="queries">[N, D].</param>
    /// <param name="candidates">[K, D], of the queries' type.</param>
    /// <param name="hidden">Bool [N, K] or null.</param>
    /// <param name="warm">Whether exponentials of the scores are in range as they are.</param>
    /// <param name="tiling">The size of a chunk.</param>
    public static Tensor Of(Tensor queries, Tensor candidates, Tensor? hidden, bool warm, Tiling tiling)
    {
        var wantsMean = is_grad_enabled() && queries.requires_grad;
        return apply([queries, candidates, hidden!, new CandidateStream(warm, wantsMean, tiling)]);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (queries, candidates, hidden) = ((Tensor)vars[0], (Tensor)vars[1], (Tensor?)vars[2]);
        var stream = (CandidateStream)vars[3];
        var (value, mean) = stream.Run(queries, candidates, hidden);

        ctx.set_materialize_grads(false);
        ctx.save_data(nameof(stream), stream);
        ctx.save_data(nameof(hidden), hidden is not null);
        // Not the value itself: it is the node's own output.
        Tensor?[] saved = [queries, candidates, value.clone(), mean, hidden];
        ctx.save_for_backward(saved.OfType<Tensor>().ToList());
        return value;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        var stream = (CandidateStream)ctx.get_data("stream");
        var saved = new Queue<Tensor>(ctx.get_saved_variables());
        var (queries, candidates, value) = (saved.Dequeue(), saved.Dequeue(), saved.Dequeue());
        var mean = stream.WantsMean ? saved.Dequeue() : null;
        var hidden = (bool)ctx.get_data("hidden") ? saved.Dequeue() : null;
        Tensor?[] gradients = is_grad_enabled()
            ? Dense(queries, candidates, hidden, grad_output)
            :
            [
                mean?.mul(grad_output.unsqueeze(1)),
                candidates.requires_grad ? stream.ToCandidates(queries, candidates, hidden, value, grad_output) : null,
            ];
        return [.. gradients.Select(one => one?.MoveToOuterDisposeScope()!), null!, null!];
    }

    /// <summary>By autograd over the whole score matrix: for derivatives of the gradient, which chunks don't give.</summary>
    private static Tensor?[] Dense(Tensor queries, Tensor candidates, Tensor? hidden, Tensor gradient)
    {
        var scores = queries.mm(candidates.t());
        Similarity.Hide(scores, hidden);
        Tensor[] inputs = [queries, candidates];
        var found = new Queue<Tensor>(autograd.grad(
            [scores.logsumexp(1)], inputs.Where(one => one.requires_grad).ToArray(), [gradient], retain_graph: true, create_graph: true));
        return inputs.Select(one => one.requires_grad ? found.Dequeue() : null).ToArray();
    }
}
