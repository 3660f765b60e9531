using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>A queue for each space, and the keys that wait to enter it: projections by different heads can't be mixed.</summary>
internal sealed class SpaceQueues : nn.Module
{
    // The field's name begins the state's names.
    private readonly ModuleList<KeyQueue> spaces;
    private readonly PendingRows[] _pending;
    private readonly MoCoOptions _options;

    public SpaceQueues(int count, MoCoOptions options, long seed)
        : base(nameof(SpaceQueues))
    {
        _options = options;
        spaces = new ModuleList<KeyQueue>(
            [.. Enumerable.Range(0, count).Select(space => new KeyQueue(options.QueueCapacity, options.Dimension, options.QueueStart, SeedOf(seed, space)))]);
        _pending = [.. Enumerable.Range(0, count).Select(_ => new PendingRows(options.QueueCapacity))];
        RegisterComponents();
    }

    public IReadOnlyList<KeyQueue> All => [.. spaces];

    /// <summary>
    /// A space's negatives, unit rows, and which of them are of the query's image. While its queue is empty, the batch's keys that will enter
    /// it stand in.
    /// </summary>
    public (Tensor Negatives, Tensor? Hidden) Negatives(int space, IReadOnlyList<Tensor> entering, PretrainingBatch batch)
    {
        var queue = spaces[space];
        if (queue.Count > 0)
        {
            return (queue.Keys(), _options.ExcludeSameImage ? queue.SameImage(batch.Indices.Span) : null);
        }

        var own = Places.Of(batch.Indices.ToArray(), entering[0].device);
        return (Similarity.Unit(cat([.. entering]), ScalarType.Float32), FalseNegatives.Among(own, cat([.. entering.Select(_ => own)])));
    }

    public void Add(int space, IReadOnlyList<Tensor> entering, PretrainingBatch batch) => _pending[space].Add(batch.Step, batch.Indices.Span, entering);

    public void Enqueue()
    {
        for (var space = 0; space < _pending.Length; space++)
        {
            var queue = spaces[space];
            _pending[space].Take((keys, indices, step) => queue.Enqueue(keys, indices, step, checkValues: false));
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Array.ForEach(_pending, one => one.Dispose());
        }

        base.Dispose(disposing);
    }

    // Random keys of two spaces are not to be the same; those of the first are MoCo's.
    private static long SeedOf(long seed, int space)
    {
        var random = new CounterRandom(seed, RandomPurpose.SpaceSeed, (uint)space);
        return space == 0 ? seed : (long)(((ulong)random.Next() << 32) | random.Next());
    }
}
