using SelfSupervised.Core.Methods;
using SelfSupervised.Training.Optimizers;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Pretraining;

/// <summary>One step of a run: its batches serve the players one after the other, each for as many updates as it takes.</summary>
internal sealed class TrainingStep(
    PretrainingMethod method, IReadOnlyList<PlayerOptimizer> optimizers, PretrainerOptions options, LossBuffer losses)
{
    private readonly StepPrecision _precision = new(method, options.Precision);

    /// <summary>Takes a step. What the first player's last batch made is left in the caller's scope if it is to be reported; otherwise there is none.</summary>
    public MethodOutput Take(int step, IEnumerator<PretrainingBatch> batches, bool isReport)
    {
        using var scope = NewDisposeScope();
        var parts = new PretrainingBatch[options.Accumulation];
        for (var part = 0; part < parts.Length; part++)
        {
            _ = batches.MoveNext();
            parts[part] = batches.Current;
        }

        MethodOutput? kept = null;
        var pass = 0;
        for (var player = 0; player < optimizers.Count; player++)
        {
            var updates = step <= optimizers[player].LastStep ? optimizers[player].UpdatesPerStep : 0;
            for (var update = 1; update <= updates; update++)
            {
                var isLast = update == updates;
                var output = Update(player, step, parts, pass++, isLast, isReport && isLast && player == 0);
                kept = output ?? kept;
            }
        }

        if (kept is not null)
        {
            scope.MoveToOuter([kept.Loss, .. kept.Embeddings, .. kept.Metrics.Values]);
        }

        return kept!;
    }

    // What it made of the last batch is kept if it is to be reported, in the caller's scope. Of several updates the last one's loss counts.
    private MethodOutput? Update(int player, int step, PretrainingBatch[] parts, int pass, bool isLast, bool isReport)
    {
        var (optimizer, schedule) = optimizers[player];
        MethodOutput? kept = null;
        foreach (var parameter in optimizer.parameters())
        {
            parameter.grad = null; // not 0: what no loss reaches stays as it is, also in the first step of a run that goes on
        }

        for (var part = 0; part < parts.Length; part++)
        {
            using var scope = NewDisposeScope();
            var isKept = isReport && part == parts.Length - 1;
            var (output, loss) = Backward(parts[part] with { WithMetrics = isKept, Pass = pass }, player, share: 1.0 / parts.Length);
            if (isLast)
            {
                losses.Add(player, step, loss);
            }

            if (isKept)
            {
                kept = output with { Loss = output.Loss.detach() };
                scope.MoveToOuter([kept.Loss, .. kept.Embeddings, .. kept.Metrics.Values]);
            }
        }

        if (options.MaxGradientNorm is { } norm)
        {
            nn.utils.clip_grad_norm_(method.TrainedParameters(player).Select(entry => entry.Parameter), norm);
        }

        optimizer.SetLearningRate(schedule(step - 1));
        optimizer.step();
        method.AfterStep(player);
        return kept;
    }

    // A batch's gradient, and its share of the step's loss.
    private (MethodOutput Output, Tensor Loss) Backward(PretrainingBatch batch, int player, double share)
    {
        using var factor = share.ToScalar();
        if (options.MicroBatch is { } images)
        {
            var cached = _precision.Compute(() => GradientCache.Backward((SeparableMethod)method, batch, images, player, share));
            return (cached, cached.Loss.mul(factor));
        }

        var output = _precision.Compute(() => method.Compute(batch, player));
        var loss = output.Loss.mul(factor);
        loss.backward();
        return (output, loss);
    }
}
