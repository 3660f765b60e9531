using SelfSupervised.Core;
using SelfSupervised.Core.Methods;
using SelfSupervised.Training.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Pretraining;

/// <summary>How a trainer runs. A value that makes no sense is refused where it is set.</summary>
public sealed record PretrainerOptions
{
    /// <summary>T, the number of optimiser steps in all, at least 1; those before an interruption count.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is too small.</exception>
    public required int Steps { get; init => field = (int)Guard.AtLeast(1, value, nameof(Steps)); }

    /// <summary>
    /// The number of batches whose gradients are averaged for one step, at least 1 (default). A contrastive loss compares within
    /// each batch only, so that it is not the loss of one large batch: that is what <see cref="MicroBatch"/> is for.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is too small.</exception>
    public int Accumulation { get; init => field = (int)Guard.AtLeast(1, value, nameof(Accumulation)); } = 1;

    /// <summary>
    /// The most images of a batch that are embedded at a time, at least 1, for a <see cref="SeparableMethod"/>: the loss and the gradient are the
    /// whole batch's all the same, and memory is a part's (<see cref="GradientCache"/>). A batch that is no larger is embedded at once. Default:
    /// every batch is.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is too small.</exception>
    public int? MicroBatch { get; init => field = value is { } images ? (int)Guard.AtLeast(1, images, nameof(MicroBatch)) : null; }

    /// <summary>The gradient's largest 2-norm over all of a player's parameters, above 0; longer ones are shortened. Default: none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The norm is not finite and above 0.</exception>
    public double? MaxGradientNorm { get; init => field = value is { } norm ? Guard.Positive(norm, nameof(MaxGradientNorm)) : null; }

    /// <summary>
    /// What encoders and heads compute in, BFloat16 or Float32 (default), as in <see cref="MixedPrecision"/>; parameters, losses and optimisers
    /// are Float32 with either. A run refuses BFloat16 if the method's encoder takes no part in it.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The type is another.</exception>
    public ScalarType Precision
    {
        get;
        init
        {
            // A scope knows what there is.
            MixedPrecision.Enable(value).Dispose();
            field = value;
        }
    }
    = ScalarType.Float32;

    /// <summary>
    /// Every how many steps losses are read from the device, checked, and reported with metrics and health; at least 1. Default 50.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is too small.</exception>
    public int ReportEvery { get; init => field = (int)Guard.AtLeast(1, value, nameof(ReportEvery)); } = 50;

    /// <summary>Where checkpoints are kept, and where a run goes on from if there are any. Default: nowhere.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Every how many steps a checkpoint is written, at least 1, and at the end. Default 1000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is too small.</exception>
    public int CheckpointEvery { get; init => field = (int)Guard.AtLeast(1, value, nameof(CheckpointEvery)); } = 1000;

    /// <summary>How many checkpoints are kept, the latest, at least 2 (default): one to fall back to.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is too small.</exception>
    public int KeepCheckpoints { get; init => field = (int)Guard.AtLeast(2, value, nameof(KeepCheckpoints)); } = 2;

    /// <summary>The number of steps of so many epochs, rounded down, but at least one.</summary>
    /// <param name="epochs">At least 1.</param>
    /// <param name="batchesPerEpoch">At least 1.</param>
    /// <param name="accumulation">As in <see cref="Accumulation"/>. Default 1.</param>
    /// <returns>The number of steps.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    public static int StepsOf(int epochs, int batchesPerEpoch, int accumulation = 1) => (int)Math.Max(
        1,
        Guard.AtLeast(1, epochs, nameof(epochs)) * Guard.AtLeast(1, batchesPerEpoch, nameof(batchesPerEpoch))
        / Guard.AtLeast(1, accumulation, nameof(accumulation)));
}
