using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>What a method makes of a batch. Whoever asked owns the tensors.</summary>
/// <param name="Loss">A scalar with its graph, to be minimised.</param>
/// <param name="Embeddings">
/// What the loss compared, without graph: V ≥ 1 tensors [B, D], row n of each from image n. Measures of health are taken from them.
/// </param>
/// <param name="Metrics">Named scalars without graph, if they were asked for; otherwise empty.</param>
public sealed record MethodOutput(Tensor Loss, IReadOnlyList<Tensor> Embeddings, IReadOnlyDictionary<string, Tensor> Metrics) : IDisposable
{
    /// <summary>Disposes all tensors.</summary>
    public void Dispose()
    {
        Loss.Dispose();
        foreach (var tensor in Embeddings.Concat(Metrics.Values))
        {
            tensor.Dispose();
        }
    }
}
