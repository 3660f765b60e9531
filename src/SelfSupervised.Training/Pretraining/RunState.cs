using System.Globalization;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Weights;
using SelfSupervised.Training.Checkpoints;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Pretraining;

/// <summary>Everything that a run goes on from: method, optimisers, libtorch's random numbers, history; the step says the rest.</summary>
internal sealed class RunState(PretrainingMethod method, IReadOnlyList<PlayerOptimizer> optimizers, TrainingHistory history)
{
    private const string MethodPrefix = "method/";
    private const string OptimizerPrefix = "optimizer/";
    private const string Random = "random";
    private const string Losses = "losses";

    public void Save(string path, int step)
    {
        using var scope = NewDisposeScope();
        var tensors = method.state_dict().ToDictionary(entry => MethodPrefix + entry.Key, entry => entry.Value);
        for (var player = 0; player < optimizers.Count; player++)
        {
            tensors[OptimizerPrefix + method.Players[player]] = tensor(Bytes(optimizers[player].Optimizer));
        }

        tensors[Random] = random.get_rng_state();
        tensors[Losses] = tensor(history.Losses.ToArray());
        CheckpointFile.Write(path, tensors, new Dictionary<string, string>
        {
            ["method"] = method.GetName(),
            ["step"] = step.ToString(CultureInfo.InvariantCulture),
            ["history"] = history.ToJson(),
        });
    }

    /// <summary>Restores everything, and gives the step.</summary>
    /// <exception cref="CheckpointException">The checkpoint can't be used; what it is restored into may be partly written.</exception>
    public int Restore(string path)
    {
        using var scope = NewDisposeScope();
        using var content = CheckpointFile.Read(path);
        var step = Step(path, content);
        using (var file = CheckpointFile.Open(path))
        {
            CheckpointFile.Content(path, () => method.LoadSafetensors(file, rename: MethodName));
        }

        for (var player = 0; player < optimizers.Count; player++)
        {
            Restore(path, optimizers[player].Optimizer, content.Tensors[OptimizerPrefix + method.Players[player]]);
        }

        random.set_rng_state(content.Tensors[Random]);
        using var losses = content.Tensors[Losses].data<double>();
        history.Restore(losses.ToArray(), content.Metadata["history"]);
        return step;
    }

    private static string? MethodName(string name) => name.StartsWith(MethodPrefix, StringComparison.Ordinal) ? name[MethodPrefix.Length..] : null;

    private static byte[] Bytes(OptimizerHelper optimizer)
    {
        using var memory = new MemoryStream();
        using (var writer = new BinaryWriter(memory))
        {
            optimizer.save_state_dict(writer);
        }

        return memory.ToArray();
    }

    private static void Restore(string path, OptimizerHelper optimizer, Tensor bytes)
    {
        using var memory = new MemoryStream(bytes.bytes.ToArray());
        using var reader = new BinaryReader(memory);
        using var scope = NewDisposeScope();
        try
        {
            optimizer.load_state_dict(reader);
        }
        catch (Exception error) when (error is ArgumentException or InvalidDataException or IOException or InvalidOperationException)
        {
            throw new CheckpointException(path, $"holds the state of another optimiser: {error.Message}", error);
        }
        finally
        {
            // What an optimiser makes only as it reads, such as momentum, is its own to keep.
            scope.Detach([.. scope.DisposablesView]);
        }
    }

    private int Step(string path, SafetensorsContent content)
    {
        var names = method.Players.Select(player => OptimizerPrefix + player).Append(Random).Append(Losses);
        var missing = names.Where(name => !content.Tensors.ContainsKey(name)).ToList();
        if (missing.Count > 0 || !content.Metadata.ContainsKey("history")
            || !content.Metadata.TryGetValue("step", out var text) || !int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var step))
        {
            throw new CheckpointException(path, $"is not a run's: it lacks the step, the history or {string.Join(", ", missing)}.");
        }

        var name = content.Metadata.GetValueOrDefault("method");
        return name == method.GetName()
            ? step
            : throw new CheckpointException(path, $"is of the method {name}, not {method.GetName()}.");
    }
}
