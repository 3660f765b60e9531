using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Memory;

/// <summary>The last K keys, first in, first out: more negatives than a batch has, at no further encoding.</summary>
/// <remarks>
/// <para>
/// Keys are unit rows in Float32, written in place, each with the index of its image and the step at which it came. Batches may have any
/// size: what doesn't fit before the end goes on at the beginning, and of a batch larger than K the last K keys stay. Only keys that are
/// there are read.
/// </para>
/// <para>
/// Its whole state is in buffers: keys, indices, steps, the place of the next key and the number of keys. It moves with <c>to</c>
/// between devices and stays Float32. Nothing in it ever has a gradient.
/// </para>
/// <para>
/// Read it, compute the loss, go backward, and only then enqueue: what is read is the queue itself, not a copy. If a graph still needs what
/// enqueuing overwrites, its backward pass reports that.
/// </para>
/// <para>He et al., "Momentum Contrast for Unsupervised Visual Representation Learning", 2019 (arXiv:1911.05722); facebookresearch/moco, moco/builder.py.</para>
/// </remarks>
public sealed partial class KeyQueue : nn.Module
{
    /// <summary>The index of a key whose image isn't known.</summary>
    public const long Unknown = -1;

    private static readonly Scalar _unknown = Unknown.ToScalar();

    // The fields' names begin the state's names.
    private readonly Tensor keys;
    private readonly Tensor indices;
    private readonly Tensor steps;
    private readonly HostNumber next;
    private readonly HostNumber count;

    /// <summary>Makes a queue on the CPU.</summary>
    /// <param name="capacity">K, at least 1. MoCo: 65,536 on ImageNet, 4,096 on CIFAR-10.</param>
    /// <param name="dimension">d, the width of a key, at least 1. Default 128.</param>
    /// <param name="start">What it holds at first. Default: nothing.</param>
    /// <param name="seed">What random keys are drawn from. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or the start is undefined.</exception>
    /// <example><code>using var queue = new KeyQueue(capacity: 4096); // [4096, 128]</code></example>
    public KeyQueue(int capacity, int dimension = 128, QueueStart start = QueueStart.Empty, long seed = 0)
        : base(nameof(KeyQueue))
    {
        ModuleGuard.AtLeast(capacity, 1, nameof(capacity));
        ModuleGuard.AtLeast(dimension, 1, nameof(dimension));
        ViewGuard.Defined(start, nameof(start));
        (Capacity, Dimension) = (capacity, dimension);
        using var scope = NewDisposeScope();
        keys = start == QueueStart.Random ? RandomKeys(capacity, dimension, seed) : zeros(capacity, dimension);
        indices = full([capacity], _unknown, int64);
        steps = zeros([capacity], int64);
        scope.Detach(keys, indices, steps);
        (next, count) = (new HostNumber(0), new HostNumber(start == QueueStart.Random ? capacity : 0));
        RegisterComponents();
    }

    /// <summary>K, the most keys that it holds.</summary>
    public int Capacity { get; }

    /// <summary>d, the width of a key.</summary>
    public int Dimension { get; }

    /// <summary>The number of keys that it holds now, from 0 to K.</summary>
    public int Count => (int)count.Value;

    /// <summary>The row that the next key is written to, from 0 to K − 1.</summary>
    public int Next => (int)next.Value;

    /// <summary>The keys, for <see cref="InfoNCE.LossAgainst"/> with <c>unitNegatives</c>.</summary>
    /// <returns>[Count, d], a view of the queue itself, which the next <see cref="Enqueue"/> writes to. The caller owns the view.</returns>
    public Tensor Keys() => keys.narrow(0, 0, count.Value);

    /// <summary>Each key's image, by its index in its set, or <see cref="Unknown"/>.</summary>
    /// <returns>Int64 [Count], a view of the queue itself. The caller owns the view.</returns>
    public Tensor Indices() => indices.narrow(0, 0, count.Value);

    /// <summary>The step at which each key came.</summary>
    /// <returns>Int64 [Count], a view of the queue itself. The caller owns the view.</returns>
    public Tensor Steps() => steps.narrow(0, 0, count.Value);

    /// <summary>Which keys are of the same image as which query, and so no true negatives.</summary>
    /// <param name="images">N ≥ 1 images, by their indices in the set; at least 0.</param>
    /// <returns>Bool [N, Count], for <see cref="InfoNCE.LossAgainst"/>. The caller owns it.</returns>
    /// <exception cref="ArgumentException">There is no image, or no key.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is negative.</exception>
    public Tensor SameImage(ReadOnlySpan<int> images)
    {
        CheckIndices(images, nameof(images));
        if (count.Value == 0)
        {
            throw new ArgumentException("Expected the queue to hold keys, but it is empty.");
        }

        using var scope = NewDisposeScope();
        return FalseNegatives.Among(Places.Of(images.ToArray(), indices.device), Indices()).MoveToOuterDisposeScope();
    }

    /// <summary>How old the keys are: the mean of the steps since they came. Random keys of the start count from step 0.</summary>
    /// <param name="step">The present step.</param>
    /// <returns>A Float32 scalar, NaN if there is no key. The caller owns it.</returns>
    public Tensor MeanAge(long step)
    {
        using var scope = NewDisposeScope();
        using var present = step.ToScalar();
        return Steps().neg().add(present, Scalars.One).to(ScalarType.Float32).mean().MoveToOuterDisposeScope();
    }

    /// <summary>Takes up the keys of a batch, in the place of the oldest; without graph.</summary>
    /// <param name="batch">[B, d], B ≥ 1, on the queue's device; they are made unit rows, k/max(‖k‖, 1e-12).</param>
    /// <param name="images">Their images, by their indices in the set: B numbers of at least 0, or none (default) if that is not known.</param>
    /// <param name="step">The present step, at least 0. Default 0.</param>
    /// <param name="checkValues">Whether to look for NaN and infinity (default), which would stay for K keys. It waits for a GPU.</param>
    /// <exception cref="ArgumentException">The keys have another rank, width, type or device, or aren't finite; or another number of images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The step or an index is negative.</exception>
    /// <exception cref="ObjectDisposedException">The keys have been disposed.</exception>
    public void Enqueue(Tensor batch, ReadOnlySpan<int> images = default, long step = 0, bool checkValues = true)
    {
        var size = Check(batch, images, step, checkValues);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var now = step.ToScalar();

        // Of more than fit, the last; the others would have been overwritten.
        var kept = Math.Min(size, Capacity);
        var unit = Similarity.Unit(batch.narrow(0, size - kept, kept), ScalarType.Float32);
        var known = images.IsEmpty ? full([kept], _unknown, int64, indices.device) : Places.Of(images[(size - kept)..].ToArray(), indices.device);
        var first = (int)((next.Value + size - kept) % Capacity);
        for (var (done, row) = (0, first); done < kept; row = 0)
        {
            var length = Math.Min(kept - done, Capacity - row);
            keys.narrow(0, row, length).copy_(unit.narrow(0, done, length));
            indices.narrow(0, row, length).copy_(known.narrow(0, done, length));
            steps.narrow(0, row, length).fill_(now);
            done += length;
        }

        next.Value = (next.Value + size) % Capacity;
        count.Value = Math.Min(count.Value + size, Capacity);
    }

    /// <summary>Forgets all keys.</summary>
    public void Clear() => (next.Value, count.Value) = (0, 0);
}
