using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>A factor by name, such as shape, colour or rotation: its value for each training and test image.</summary>
/// <remarks>It holds the tensors and does not own them.</remarks>
/// <param name="Name">What a report calls it.</param>
/// <param name="Train">Int64 [N], values from 0.</param>
/// <param name="Test">Int64 [M].</param>
public sealed record NamedLabels(string Name, Tensor Train, Tensor Test);
