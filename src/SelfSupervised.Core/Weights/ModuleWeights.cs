using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Weights;

/// <summary>Loads and saves a module's parameters and buffers in the safetensors format.</summary>
public static class ModuleWeights
{
    /// <summary>Loads stored weights into a module, in place.</summary>
    /// <remarks>
    /// Everything is read and compared before anything is written, so that a refused stream leaves the module as it was.
    /// Parameters and buffers are written where they are, on any device, outside the graph: optimisers keep their hold on them.
    /// </remarks>
    /// <param name="module">The module.</param>
    /// <param name="stream">As in <see cref="Safetensors.Read"/>; it stays open.</param>
    /// <param name="strict">
    /// Whether every name must be there, of the right shape and type, and no other (default). If not, what fits is loaded and
    /// the rest is only reported; nothing is converted.
    /// </param>
    /// <param name="rename">From a stored name to the module's, or null to leave it out. Default: as it is stored.</param>
    /// <returns>What did not fit.</returns>
    /// <exception cref="InvalidDataException">
    /// As in <see cref="Safetensors.Read"/>; two stored names are renamed to one; or, if strict, something does not fit: the
    /// message lists every name.
    /// </exception>
    /// <exception cref="ArgumentException">As in <see cref="Safetensors.Read"/>.</exception>
    /// <example><code>encoder.LoadSafetensors(file, rename: name => name.StartsWith("fc.") ? null : name);</code></example>
    public static WeightsReport LoadSafetensors(
        this nn.Module module, Stream stream, bool strict = true, Func<string, string?>? rename = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var scope = NewDisposeScope();
        using var content = Safetensors.Read(stream);
        var stored = Renamed(content.Tensors, rename ?? (name => name), message => new InvalidDataException(message));
        var state = module.state_dict();
        var report = WeightsReport.Compare(state, stored);
        if (strict && !report.IsExact)
        {
            throw new InvalidDataException($"Expected weights that fit the module, but they do not.\n{report}");
        }

        var unfit = report.Misshapen.Select(one => one.Name).Concat(report.Mistyped.Select(one => one.Name)).ToHashSet();
        using var noGradient = no_grad();
        foreach (var (name, target) in state.Where(entry => stored.ContainsKey(entry.Key) && !unfit.Contains(entry.Key)))
        {
            target.copy_(stored[name]);
        }

        return report;
    }

    /// <summary>Saves a module's parameters and buffers under the names of its <c>state_dict()</c>.</summary>
    /// <param name="module">The module, on any device.</param>
    /// <param name="stream">As in <see cref="Safetensors.Write"/>; it stays open.</param>
    /// <param name="metadata">As in <see cref="Safetensors.Write"/>.</param>
    /// <param name="rename">From the module's name to the stored one, or null to leave it out. Default: as the module has it.</param>
    /// <exception cref="ArgumentException">As in <see cref="Safetensors.Write"/>, or two names are renamed to one.</exception>
    /// <exception cref="ObjectDisposedException">The module's tensors have been disposed.</exception>
    /// <example><code>encoder.SaveSafetensors(file);</code></example>
    public static void SaveSafetensors(
        this nn.Module module, Stream stream, IReadOnlyDictionary<string, string>? metadata = null, Func<string, string?>? rename = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        var state = module.state_dict();
        Safetensors.Write(stream, rename is null ? state : Renamed(state, rename, message => new ArgumentException(message, nameof(rename))), metadata);
    }

    private static Dictionary<string, Tensor> Renamed(
        IReadOnlyDictionary<string, Tensor> tensors, Func<string, string?> rename, Func<string, Exception> error)
    {
        var renamed = new Dictionary<string, Tensor>();
        foreach (var (old, tensor) in tensors)
        {
            if (rename(old) is { } name && !renamed.TryAdd(name, tensor))
            {
                throw error($"Expected `rename` to give each name another one, but `{old}` is not the only `{name}`.");
            }
        }

        return renamed;
    }
}
