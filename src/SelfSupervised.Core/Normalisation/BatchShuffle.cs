using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Normalisation;

/// <summary>Encodes a batch in a random order and puts the results back: keys then share their batch-norm statistics with others than their queries.</summary>
/// <remarks>
/// It changes nothing where batch norm works on the whole batch, whose statistics have no order; with <see cref="SplitBatchNorm2d"/>, or
/// where a batch is divided among devices, it decides who shares with whom. He et al., 2019 (arXiv:1911.05722), §3.3.
/// </remarks>
public static class BatchShuffle
{
    /// <summary>f(x[π])[π⁻¹], π being a random order.</summary>
    /// <param name="encode">f, from [B, ...] to [B, ...], row by row.</param>
    /// <param name="batch">x, [B, ...], B ≥ 1.</param>
    /// <param name="seed">What the order is drawn from; any.</param>
    /// <param name="step">And when, at least 0: each step has an order of its own.</param>
    /// <param name="view">And for which of several batches of the step, at least 0 (default): each has an order of its own.</param>
    /// <returns>What f makes of the batch, in the batch's order. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The batch has no rows, or f gives another number of them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step or the view is negative.</exception>
    /// <exception cref="ObjectDisposedException">The batch has been disposed.</exception>
    /// <example><code>using var keys = BatchShuffle.Encode(keyEncoder.call, images, seed: 1, step);</code></example>
    public static Tensor Encode(Func<Tensor, Tensor> encode, Tensor batch, long seed, int step, int view = 0)
    {
        ArgumentNullException.ThrowIfNull(encode);
        Guard.Alive(batch, nameof(batch));
        ModuleGuard.AtLeast(step, 0, nameof(step));
        ModuleGuard.AtLeast(view, 0, nameof(view));
        var shape = batch.shape;
        if (shape is not [> 0, ..])
        {
            throw new ArgumentException($"Expected `batch` to have shape [B, ...], B at least 1, but got {Guard.Text(shape)}.");
        }

        using var scope = NewDisposeScope();
        var random = new CounterRandom(seed, RandomPurpose.BatchShuffle, (uint)view, (uint)step);
        var order = random.Permutation(checked((int)shape[0]));
        var inverse = new int[order.Length];
        for (var place = 0; place < order.Length; place++)
        {
            inverse[order[place]] = place;
        }

        var encoded = encode(batch.index_select(0, Places.Of(order, batch.device)));
        var rows = encoded.shape is [var first, ..] ? first : 0;
        if (rows != order.Length)
        {
            throw new ArgumentException($"Expected `encode` to give {order.Length} rows, as it was given, but got {rows}.", nameof(encode));
        }

        return encoded.index_select(0, Places.Of(inverse, encoded.device)).MoveToOuterDisposeScope();
    }
}
