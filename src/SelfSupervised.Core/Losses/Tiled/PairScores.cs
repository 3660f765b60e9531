using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>The scores u_i·v_j/τ of a plan, panel after panel.</summary>
/// <param name="plan">Which scores.</param>
/// <param name="rows">Unit rows u.</param>
/// <param name="columns">Unit rows v.</param>
/// <param name="hidden">The mask of candidates that do not count, or null.</param>
internal sealed class PairScores(PairPlan plan, Tensor rows, Tensor columns, Tensor? hidden) : IDisposable
{
    private readonly Scalar _inverseTemperature = (1 / plan.Temperature).ToScalar();

    public PairPlan Plan => plan;

    public Tensor Rows => rows;

    public Tensor Columns => columns;

    /// <summary>Memory for so many scores.</summary>
    public Tensor Storage(long elements) => empty(elements, dtype: rows.dtype, device: rows.device);

    /// <summary>A panel's scores, written into the storage.</summary>
    public Tensor Of(Panel panel, Tensor storage)
    {
        var scores = storage.narrow(0, 0, panel.Elements).view(panel.Count, panel.Columns);
        return scores.addmm_(panel.OfRows(rows).mul(_inverseTemperature), panel.OfColumns(columns).t(), beta: 0);
    }

    /// <summary>Hides in a panel's scores, in place, what is no candidate.</summary>
    public void Hide(Panel panel, Tensor scores)
    {
        if (plan.Square)
        {
            scores.diagonal(panel.Pairs(0).Diagonal).fill_(Similarity.Hidden);
        }

        if (hidden is not null)
        {
            scores.masked_fill_(panel.Of(hidden), Similarity.Hidden);
        }
    }

    /// <summary>Each row's most similar candidate, Int64 [R], in the caller's scope.</summary>
    public Tensor Nearest()
    {
        var nearest = empty(plan.Rows, dtype: ScalarType.Int64, device: rows.device);
        var panels = plan.WholeRows().ToArray();
        using var storage = Storage(panels[0].Elements);
        foreach (var panel in panels)
        {
            using var scope = NewDisposeScope();
            var scores = Of(panel, storage);
            Hide(panel, scores);
            panel.OfRows(nearest).copy_(scores.argmax(1));
        }

        return nearest;
    }

    public void Dispose() => _inverseTemperature.Dispose();
}
