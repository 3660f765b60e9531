using SelfSupervised.Core;
using SelfSupervised.Training.Internal;
using TorchSharp.Modules;

namespace SelfSupervised.Training.Pretraining;

/// <summary>Who trains a player of a method, and at which rate.</summary>
/// <param name="Optimizer">Made from the player's trained parameters, after they were moved to their device. It stays the caller's.</param>
/// <param name="Schedule">The learning rate of each step.</param>
public sealed record PlayerOptimizer(OptimizerHelper Optimizer, Schedule Schedule)
{
    /// <summary>The updates of each step, on the same batches, at least 1. Default 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int UpdatesPerStep { get; init => field = (int)Guard.AtLeast(1, value, nameof(UpdatesPerStep)); } = 1;

    /// <summary>The last step in which the player is trained, at least 0; from then on it stays as it is. Default: the run's last.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int LastStep { get; init => field = (int)Guard.AtLeast(0, value, nameof(LastStep)); } = int.MaxValue;
}
