using SelfSupervised.Core;
using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Batching;

/// <summary>Which images make which batch of which epoch: a pure function of its arguments.</summary>
/// <remarks>
/// The order is a Fisher–Yates shuffle (Durstenfeld, 1964) by Philox4x32-10 (Salmon et al., 2011), keyed by the seed and
/// counted by the epoch. It depends neither on the batch size, nor on earlier epochs, nor on the version of a library.
/// </remarks>
public sealed class BatchPlan
{
    /// <summary>Creates a plan.</summary>
    /// <param name="count">N, the number of images; at least 1.</param>
    /// <param name="batchSize">B, from 1 up.</param>
    /// <param name="seed">With a seed, each epoch has an order of its own; null (default) keeps the set's order.</param>
    /// <param name="dropLast">
    /// Whether the images left over at the end of an epoch are left out, if they make no full batch. Default: they make
    /// a smaller batch. If so, B must not exceed N.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A count is out of range.</exception>
    public BatchPlan(int count, int batchSize, long? seed = null, bool dropLast = false)
    {
        Guard.AtLeast(count, 1, nameof(count));
        Guard.AtLeast(batchSize, 1, nameof(batchSize));
        if (dropLast && batchSize > count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(batchSize), batchSize, $"Expected `batchSize` to be at most the {count} images, since the last batch is dropped, but got {batchSize}.");
        }

        (Count, BatchSize, Seed, DropLast) = (count, batchSize, seed, dropLast);
        BatchesPerEpoch = dropLast ? count / batchSize : ((count - 1) / batchSize) + 1;
    }

    /// <summary>N, the number of images.</summary>
    public int Count { get; }

    /// <summary>B, the number of images in a full batch.</summary>
    public int BatchSize { get; }

    /// <summary>What the order follows from, or null if it is the set's.</summary>
    public long? Seed { get; }

    /// <summary>Whether the last batch of an epoch is left out if it isn't full.</summary>
    public bool DropLast { get; }

    /// <summary>The number of batches of every epoch: N / B, rounded down or up.</summary>
    public int BatchesPerEpoch { get; }

    /// <summary>The order of all images in an epoch.</summary>
    /// <param name="epoch">From 0 up.</param>
    /// <returns>A permutation of 0..N−1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The epoch is negative.</exception>
    public int[] Order(int epoch)
    {
        Guard.AtLeast(epoch, 0, nameof(epoch));
        if (Seed is not { } seed)
        {
            return [.. Enumerable.Range(0, Count)];
        }

        var random = new CounterRandom(seed, RandomPurpose.Order, (uint)epoch);
        return random.Permutation(Count);
    }

    /// <summary>The batches of an epoch.</summary>
    /// <param name="epoch">From 0 up.</param>
    /// <param name="firstBatch">
    /// The first batch to give, from 0 (default) to <see cref="BatchesPerEpoch"/>: where to go on after an interruption.
    /// </param>
    /// <returns>The images of each batch, B or, in a last batch, fewer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The epoch or the batch is out of range.</exception>
    public IReadOnlyList<ReadOnlyMemory<int>> Batches(int epoch, int firstBatch = 0)
    {
        Guard.Index(firstBatch, BatchesPerEpoch + 1, nameof(firstBatch));
        var order = Order(epoch).AsMemory();
        var batches = new ReadOnlyMemory<int>[BatchesPerEpoch - firstBatch];
        for (var i = 0; i < batches.Length; i++)
        {
            var start = (firstBatch + i) * BatchSize;
            batches[i] = order.Slice(start, Math.Min(BatchSize, Count - start));
        }

        return batches;
    }
}
