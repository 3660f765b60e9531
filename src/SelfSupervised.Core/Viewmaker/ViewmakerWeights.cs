using System.Globalization;
using SelfSupervised.Core.Weights;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <summary>Weights between <see cref="ViewmakerNetwork"/> and the released PyTorch class, as safetensors.</summary>
/// <remarks>
/// The names are the same but for two things. The released class always has five residual blocks, of which those beyond the number
/// in use never run: they are left out here. And within a whole training system its names begin with <c>viewmaker.</c>, or
/// <c>module.</c> if it was trained on several GPUs. Source: alextamkin/viewmaker, src/models/viewmaker.py.
/// </remarks>
public static class ViewmakerWeights
{
    private const int ReleasedBlocks = 5;
    private const int ReleasedWidth = 32;

    /// <summary>From a name of the released class to that of this library.</summary>
    /// <param name="name">The stored name.</param>
    /// <param name="residualBlocks">The blocks in use, <see cref="ViewmakerOptions.ResidualBlocks"/>.</param>
    /// <returns>The network's name; null for a residual block that is not in use. Other names are kept, for a report to list.</returns>
    /// <example><code>network.LoadSafetensors(file, rename: name => name.StartsWith("model.") ? null : ViewmakerWeights.FromReleased(name, 3));</code></example>
    public static string? FromReleased(string name, int residualBlocks)
    {
        ArgumentNullException.ThrowIfNull(name);
        foreach (var prefix in new[] { "viewmaker.", "module." })
        {
            name = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        }

        return Block(name) is { } block && block > residualBlocks && block <= ReleasedBlocks ? null : name;
    }

    /// <summary>From a name of this library to that of the released class.</summary>
    /// <param name="name">The network's name.</param>
    /// <param name="prefix">What precedes it there, such as <c>viewmaker.</c> within a training system. Default: nothing.</param>
    /// <returns>The released class's name.</returns>
    public static string ToReleased(string name, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(prefix);
        return prefix + name;
    }

    /// <summary>Loads what the released class has stored.</summary>
    /// <param name="network">Of as many channels and residual blocks, with instance norm.</param>
    /// <param name="stream">As in <see cref="ModuleWeights.LoadSafetensors"/>.</param>
    /// <param name="strict">As in <see cref="ModuleWeights.LoadSafetensors"/>.</param>
    /// <returns>What did not fit.</returns>
    /// <exception cref="InvalidDataException">As in <see cref="ModuleWeights.LoadSafetensors"/>.</exception>
    /// <exception cref="ArgumentException">As in <see cref="ModuleWeights.LoadSafetensors"/>.</exception>
    public static WeightsReport Load(ViewmakerNetwork network, Stream stream, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network.LoadSafetensors(stream, strict, name => FromReleased(name, network.Options.ResidualBlocks));
    }

    /// <summary>Stores what the released class, made with as many channels and residual blocks, loads strictly.</summary>
    /// <remarks>The residual blocks that it has and never runs are stored as zeros.</remarks>
    /// <param name="network">With instance norm and at most five residual blocks.</param>
    /// <param name="stream">As in <see cref="ModuleWeights.SaveSafetensors"/>.</param>
    /// <param name="prefix">As in <see cref="ToReleased"/>.</param>
    /// <exception cref="ArgumentException">The released class has no such network, or as in <see cref="ModuleWeights.SaveSafetensors"/>.</exception>
    public static void Save(ViewmakerNetwork network, Stream stream, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(network);
        var options = network.Options;
        if (options.Normalisation != ViewmakerNormalisation.Instance || options.ResidualBlocks > ReleasedBlocks || options.BaseWidth != ReleasedWidth)
        {
            throw new ArgumentException(
                $"Expected `network` to have instance norm, at most {ReleasedBlocks} residual blocks and the base width {ReleasedWidth}, as the released "
                + $"class has, but it has {options.Normalisation} norm, {options.ResidualBlocks} and {options.BaseWidth}.",
                nameof(network));
        }

        using var scope = NewDisposeScope();
        var stored = network.state_dict().ToDictionary(entry => ToReleased(entry.Key, prefix), entry => entry.Value);
        for (var block = options.ResidualBlocks + 1; block <= ReleasedBlocks; block++)
        {
            AddUnused(stored, block, prefix);
        }

        Safetensors.Write(stream, stored);
    }

    private static void AddUnused(Dictionary<string, Tensor> stored, int block, string prefix)
    {
        var channels = (4 * ReleasedWidth) + block;
        foreach (var half in new[] { 1, 2 })
        {
            Add($"conv{half}.conv2d.weight", channels, channels, 3, 3);
            Add($"conv{half}.conv2d.bias", channels);
            Add($"in{half}.weight", channels);
            Add($"in{half}.bias", channels);
        }

        void Add(string name, params long[] shape) => stored.Add(ToReleased($"res{block}.{name}", prefix), zeros(shape));
    }

    /// <summary>The number of the residual block that a name belongs to.</summary>
    private static int? Block(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 3 && name.StartsWith("res", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(3, dot - 3), NumberStyles.None, CultureInfo.InvariantCulture, out var block) ? block : null;
    }
}
