using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>The forward pass: a sum of exponentials for each anchor, over panels that are forgotten one after the other.</summary>
internal static class PairForward
{
    /// <summary>Each anchor's loss [R], and what the backward pass needs, all in the caller's scope.</summary>
    public static (Tensor Loss, PairState State) Run(PairScores scores, bool keep)
    {
        var plan = scores.Plan;
        var (sums, positives) = (Vector(), Vector());
        var columnSums = plan.BothWays ? Vector() : null;
        var shift = plan.Shifted ? Vector() : null;
        var panels = plan.Panels().ToArray();
        var storage = panels.Select((panel, i) => keep || i == 0 ? scores.Storage(panel.Elements) : null).ToArray();
        for (var i = 0; i < panels.Length; i++)
        {
            using var scope = NewDisposeScope();
            var panel = scores.Of(panels[i], storage[i] ?? storage[0]!);
            AddPositives(plan, panels[i], panel, positives);
            scores.Hide(panels[i], panel);
            Subtract(panels[i], panel, shift);
            AddSums(plan, panels[i], panel.exp_(), sums, columnSums);
        }

        var kept = keep ? panels.Zip(storage, (panel, memory) => memory!.view(panel.Count, panel.Columns)).ToArray() : [];
        return (Losses(plan, sums, columnSums, shift, positives), new PairState(sums, columnSums, shift, kept));

        Tensor Vector() => zeros(plan.Rows, dtype: plan.Precision, device: scores.Rows.device);
    }

    private static void AddPositives(PairPlan plan, Panel panel, Tensor scores, Tensor positives)
    {
        // A mirrored plan meets each pair above the diagonal, as one of its row and one of its column.
        foreach (var offset in plan.Offsets.Where(offset => !plan.Mirrored || offset > 0))
        {
            var (diagonal, row, length) = panel.Pairs(offset);
            if (length > 0)
            {
                var pairs = scores.diagonal(diagonal);
                positives.narrow(0, row, length).add_(pairs, Scalars.One);
                if (plan.Mirrored)
                {
                    positives.narrow(0, row + offset, length).add_(pairs, Scalars.One);
                }
            }
        }
    }

    private static void Subtract(Panel panel, Tensor scores, Tensor? shift)
    {
        if (shift is not null)
        {
            var largest = scores.amax([1L], keepdim: true);
            panel.OfRows(shift).copy_(largest.squeeze(1));
            scores.sub_(largest);
        }
    }

    private static void AddSums(PairPlan plan, Panel panel, Tensor exponentials, Tensor sums, Tensor? columnSums)
    {
        panel.OfRows(sums).add_(exponentials.sum(1L), Scalars.One);
        columnSums?.add_(exponentials.sum(0L), Scalars.One);
        if (plan.Mirrored && panel.End < plan.Rows)
        {
            var right = exponentials.narrow(1, panel.Count, plan.Rows - panel.End);
            sums.narrow(0, panel.End, plan.Rows - panel.End).add_(right.sum(0L), Scalars.One);
        }
    }

    private static Tensor Losses(PairPlan plan, Tensor sums, Tensor? columnSums, Tensor? shift, Tensor positives)
    {
        using var share = (1.0 / plan.Positives).ToScalar();
        using var half = 0.5.ToScalar();
        var denominators = sums.log();
        if (columnSums is not null)
        {
            denominators.add_(columnSums.log(), Scalars.One).mul_(half);
        }

        if (shift is not null)
        {
            denominators.add_(shift, Scalars.One);
        }

        return denominators.sub_(positives.mul_(share));
    }
}
