using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>
/// The backward pass: with the anchors' gradients g and sums r, the score of row i and column j has the gradient
/// exp(s_ij)·(g_i/r_i + g_j/r_j), the second part where j is an anchor too, less its share of g where the pair is positive.
/// </summary>
internal static class PairBackward
{
    /// <summary>Adds Σ_j w_ij·v_j to the rows' gradient and Σ_i w_ij·u_i to the columns', w being the gradient of τ·s.</summary>
    /// <param name="scores">The scores of the forward pass.</param>
    /// <param name="state">What the forward pass found.</param>
    /// <param name="gradient">g [R]; of any sign, and not far above 1 in size, so that g/r is in range.</param>
    /// <param name="rowGradient">[R, D]; the columns' too where they are the rows.</param>
    /// <param name="columnGradient">[R, D].</param>
    public static void Run(PairScores scores, PairState state, Tensor gradient, Tensor rowGradient, Tensor columnGradient)
    {
        using var outer = NewDisposeScope();
        var plan = scores.Plan;
        var weights = Weights.Of(plan, state, gradient);
        var panels = plan.Panels().ToArray();
        var storage = state.Kept.Count > 0 ? null : scores.Storage(panels.Max(panel => panel.Elements));
        for (var i = 0; i < panels.Length; i++)
        {
            using var scope = NewDisposeScope();
            var panel = panels[i];
            var exponentials = storage is null ? state.Kept[i] : Exponentials(scores, state, panel, storage);
            var pairs = Gradient(plan, panel, exponentials, weights);
            panel.OfRows(rowGradient).addmm_(pairs, panel.OfColumns(scores.Columns));
            AddToColumns(scores, panel, pairs, columnGradient);
        }
    }

    private static Tensor Exponentials(PairScores scores, PairState state, Panel panel, Tensor storage)
    {
        var panelScores = scores.Of(panel, storage);
        scores.Hide(panel, panelScores);
        if (state.Shift is { } shift)
        {
            panelScores.sub_(panel.OfRows(shift).unsqueeze(1));
        }

        return panelScores.exp_();
    }

    private static Tensor Gradient(PairPlan plan, Panel panel, Tensor exponentials, Weights weights)
    {
        var byRow = panel.OfRows(weights.Rows).unsqueeze(1);
        var gradient = weights.Columns is { } byColumn
            ? byRow.add(panel.OfColumns(byColumn), Scalars.One).mul_(exponentials)
            : exponentials.mul(byRow);
        foreach (var offset in plan.Offsets)
        {
            var (diagonal, row, length) = panel.Pairs(offset);
            if (length > 0)
            {
                var pairs = gradient.diagonal(diagonal);
                pairs.sub_(weights.Positives.narrow(0, row, length));
                if (plan.Mirrored)
                {
                    pairs.sub_(weights.Positives.narrow(0, row + offset, length));
                }
            }
        }

        return gradient;
    }

    private static void AddToColumns(PairScores scores, Panel panel, Tensor pairs, Tensor columnGradient)
    {
        var plan = scores.Plan;
        var rows = panel.OfRows(scores.Rows);
        if (!plan.Mirrored)
        {
            if (plan.ColumnsLearn)
            {
                columnGradient.addmm_(pairs.t(), rows);
            }
        }
        else if (panel.End < plan.Rows)
        {
            // What is right of the diagonal stands for its mirror image too.
            var right = plan.Rows - panel.End;
            columnGradient.narrow(0, panel.End, right).addmm_(pairs.narrow(1, panel.Count, right).t(), rows);
        }
    }

    private sealed record Weights(Tensor Rows, Tensor? Columns, Tensor Positives)
    {
        public static Weights Of(PairPlan plan, PairState state, Tensor gradient)
        {
            using var perWay = (plan.BothWays ? 0.5 : 1).ToScalar();
            using var perPositive = (1.0 / plan.Positives).ToScalar();
            var rows = gradient.div(state.RowSums).mul_(perWay);
            var columns = plan.Mirrored ? rows : state.ColumnSums is { } sums ? gradient.div(sums).mul_(perWay) : null;
            return new Weights(rows, columns, gradient.mul(perPositive));
        }
    }
}
