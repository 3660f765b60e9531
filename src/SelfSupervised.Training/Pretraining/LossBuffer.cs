using SelfSupervised.Training.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Pretraining;

/// <summary>Losses of the last steps, where they were made; read all at once, since reading waits for the device.</summary>
internal sealed class LossBuffer(IReadOnlyList<string> players)
{
    private readonly List<Tensor>[] _pending = [.. players.Select(_ => new List<Tensor>())];
    private readonly Dictionary<string, double> _others = [];
    private int _first = 1;

    /// <summary>The last losses of all players but the first.</summary>
    public IReadOnlyDictionary<string, double> Others => _others;

    /// <summary>Forgets what was not read; the step that comes is the one after this.</summary>
    public void Start(int step)
    {
        foreach (var pending in _pending)
        {
            Clear(pending);
        }

        _first = step + 1;
    }

    /// <summary>Adds to the loss of a step.</summary>
    public void Add(int player, int step, Tensor loss)
    {
        using var noGradient = no_grad();
        var pending = _pending[player];
        if (pending.Count > step - _first)
        {
            pending[^1].add_(loss.detach(), Scalars.One);
        }
        else
        {
            pending.Add(loss.detach().clone().DetachFromDisposeScope());
        }
    }

    /// <summary>The first player's losses since the last time.</summary>
    /// <exception cref="NonFiniteLossException">One of them, or of another player's, is NaN or infinite.</exception>
    public double[] Read()
    {
        var losses = new double[_pending[0].Count];
        for (var player = 0; player < players.Count; player++)
        {
            if (_pending[player].Count == 0)
            {
                continue; // nothing since the last time, or a player that is trained no more
            }

            var values = Read(_pending[player]);
            var bad = Array.FindIndex(values, value => !double.IsFinite(value));
            if (bad >= 0)
            {
                throw new NonFiniteLossException(_first + bad, players[player], values[bad]);
            }

            if (player == 0)
            {
                losses = values;
            }
            else
            {
                _others[players[player]] = values[^1];
            }
        }

        _first += losses.Length;
        return losses;
    }

    private static double[] Read(List<Tensor> pending)
    {
        using var scope = NewDisposeScope();
        using var values = stack(pending).to(ScalarType.Float64).cpu().data<double>();
        Clear(pending);
        return values.ToArray();
    }

    private static void Clear(List<Tensor> pending)
    {
        pending.ForEach(loss => loss.Dispose());
        pending.Clear();
    }
}
