using static TorchSharp.torch;

namespace SelfSupervised.Core.Memory;

/// <summary>What a method saw since the optimiser's last step, until a bank takes it over. It owns its tensors, in no scope.</summary>
internal sealed class PendingUpdates : IDisposable
{
    private readonly List<(int Step, int[] Indices, Tensor Features)> _pending = [];

    /// <summary>Keeps a batch's embeddings.</summary>
    /// <remarks>
    /// A batch that comes again, or one from before, means that the step was given up: what it left is dropped, so that a run that
    /// begins anew from a checkpoint doesn't inherit it.
    /// </remarks>
    public void Add(int step, ReadOnlySpan<int> indices, Tensor features)
    {
        for (var i = _pending.Count - 1; i >= 0; i--)
        {
            if (_pending[i].Step > step || (_pending[i].Step == step && indices.SequenceEqual(_pending[i].Indices)))
            {
                _pending[i].Features.Dispose();
                _pending.RemoveAt(i);
            }
        }

        using var noGradient = no_grad();
        _pending.Add((step, indices.ToArray(), features.detach().clone().DetachFromDisposeScope()));
    }

    /// <summary>Blends everything into a bank, batch after batch, and forgets it.</summary>
    public void Apply(MemoryBank bank)
    {
        foreach (var (_, indices, features) in _pending)
        {
            bank.Update(features, indices, checkValues: false);
        }

        Dispose();
    }

    /// <summary>Forgets everything.</summary>
    public void Dispose()
    {
        _pending.ForEach(one => one.Features.Dispose());
        _pending.Clear();
    }
}
