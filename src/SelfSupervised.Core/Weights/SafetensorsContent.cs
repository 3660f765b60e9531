using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Weights;

/// <summary>What a safetensors stream held: tensors by name, and its metadata.</summary>
/// <remarks>
/// The tensors are on the CPU. They belong to the dispose scope in which they were read, and to this object: whichever ends
/// first disposes them.
/// </remarks>
public sealed class SafetensorsContent : IDisposable
{
    internal SafetensorsContent(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> metadata) =>
        (Tensors, Metadata) = (tensors, metadata);

    /// <summary>The tensors by name, in the order in which they are stored.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>The entries of <c>__metadata__</c>; empty where there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Disposes the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
