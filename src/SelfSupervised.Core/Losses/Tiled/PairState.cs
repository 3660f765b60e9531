using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>What a forward pass over the panels finds, and the backward pass needs.</summary>
/// <param name="RowSums">Σ_j exp(s_ij − shift_i) of each row.</param>
/// <param name="ColumnSums">Σ_i exp(s_ij) of each column, where columns are anchors too.</param>
/// <param name="Shift">Each row's largest score, where it is subtracted.</param>
/// <param name="Kept">The exponentials of every panel, or none.</param>
internal sealed record PairState(Tensor RowSums, Tensor? ColumnSums, Tensor? Shift, IReadOnlyList<Tensor> Kept)
{
    public IEnumerable<Tensor> Tensors => new[] { RowSums, ColumnSums, Shift }.OfType<Tensor>().Concat(Kept);

    /// <summary>The state whose <see cref="Tensors"/> are next in the queue.</summary>
    public static PairState Take(PairPlan plan, Queue<Tensor> tensors, int kept) => new(
        tensors.Dequeue(),
        plan.BothWays ? tensors.Dequeue() : null,
        plan.Shifted ? tensors.Dequeue() : null,
        Enumerable.Range(0, kept).Select(_ => tensors.Dequeue()).ToArray());
}
