using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>What a method is given at each step: images and where they are from. It never sees files or labels.</summary>
/// <param name="Images">[B, C, H, W], Byte or Float32 in [0, 1], on the method's device.</param>
/// <param name="Indices">B numbers: each image's index in its set, at least 0.</param>
/// <param name="Step">The number of batches before this one, at least 0: what random draws are counted by. Default 0.</param>
/// <param name="WithMetrics">Whether metrics are asked for, which cost time. Default no.</param>
/// <param name="Pass">
/// The number of updates, of any player, that this batch has served before, at least 0: with the step, what is drawn anew for each update, such
/// as a learned view's noise, is counted by. Default 0.
/// </param>
public sealed record PretrainingBatch(Tensor Images, ReadOnlyMemory<int> Indices, int Step = 0, bool WithMetrics = false, int Pass = 0);
