using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>A representation by name: the features of the same training and test images as the others'.</summary>
/// <remarks>It holds the tensors and does not own them.</remarks>
/// <param name="Name">What a report calls it: an encoder, a layer, an embedding space.</param>
/// <param name="Train">[N, d].</param>
/// <param name="Test">[M, d].</param>
public sealed record NamedFeatures(string Name, Tensor Train, Tensor Test);
