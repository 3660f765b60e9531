using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Memory;

/// <summary>What a method made since the optimiser's last step, until a queue or a bank takes it up. It owns its tensors, in no scope.</summary>
/// <remarks>It can't be taken up before: the backward pass may still read what it would overwrite.</remarks>
/// <param name="most">Of all that is kept only as many batches stay as hold this many rows: what a queue would forget at once needn't wait.</param>
internal sealed class PendingRows(long most = long.MaxValue) : IDisposable
{
    private readonly List<(int Step, int[] Indices, Tensor Rows)> _batches = [];

    /// <summary>Keeps copies of a batch's rows, of one view after the other.</summary>
    /// <remarks>
    /// A batch that comes again, or one from before, means that the step was given up: what it left is dropped, so that a run that
    /// begins anew from a checkpoint doesn't inherit it.
    /// </remarks>
    public void Add(int step, ReadOnlySpan<int> indices, params IReadOnlyList<Tensor> views)
    {
        int[] all = [.. Enumerable.Repeat(indices.ToArray(), views.Count).SelectMany(one => one)];
        Drop(one => one.Step > step || (one.Step == step && one.Indices.AsSpan().SequenceEqual(all)));
        using var joined = cat([.. views]);
        _batches.Add((step, all, joined.detach().DetachFromDisposeScope()));
        var rows = _batches.Sum(one => (long)one.Indices.Length);
        while (rows - _batches[0].Indices.Length >= most)
        {
            rows -= _batches[0].Indices.Length;
            _batches[0].Rows.Dispose();
            _batches.RemoveAt(0);
        }
    }

    /// <summary>Hands everything over, batch after batch, and forgets it.</summary>
    public void Take(Action<Tensor, int[], int> into)
    {
        foreach (var (step, indices, rows) in _batches)
        {
            into(rows, indices, step);
        }

        Dispose();
    }

    /// <summary>Forgets everything.</summary>
    public void Dispose() => Drop(_ => true);

    private void Drop(Predicate<(int Step, int[] Indices, Tensor Rows)> unwanted) => _batches.RemoveAll(one =>
    {
        if (!unwanted(one))
        {
            return false;
        }

        one.Rows.Dispose();
        return true;
    });
}
