using SelfSupervised.Core.Memory;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>Keys between the loss that they were made for and the step after which they enter the queue.</summary>
/// <remarks>They can't enter before: the backward pass still reads what they would overwrite.</remarks>
internal sealed class PendingKeys : IDisposable
{
    private readonly Queue<(Tensor Keys, int[] Indices, int Step)> _batches = new();
    private long _count;

    /// <summary>Keeps copies of a batch's keys: one tensor per view. Of all that are kept only as many batches as a queue could hold stay.</summary>
    public void Add(IReadOnlyList<Tensor> keys, PretrainingBatch batch, int capacity)
    {
        int[] indices = [.. Enumerable.Repeat(batch.Indices.ToArray(), keys.Count).SelectMany(one => one)];
        using var all = cat([.. keys]);
        _batches.Enqueue((all.detach().DetachFromDisposeScope(), indices, batch.Step));
        _count += indices.Length;
        while (_count - _batches.Peek().Indices.Length >= capacity)
        {
            Drop();
        }
    }

    public void MoveTo(KeyQueue queue)
    {
        while (_batches.TryPeek(out var batch))
        {
            queue.Enqueue(batch.Keys, batch.Indices, batch.Step, checkValues: false);
            Drop();
        }
    }

    public void Dispose()
    {
        while (_batches.Count > 0)
        {
            Drop();
        }
    }

    private void Drop()
    {
        var (keys, indices, _) = _batches.Dequeue();
        keys.Dispose();
        _count -= indices.Length;
    }
}
