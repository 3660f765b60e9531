using SelfSupervised.Core;
using TorchSharp.Modules;

namespace SelfSupervised.Training.Pretraining;

/// <summary>Who trains a player of a method, and at which rate.</summary>
/// <param name="Optimizer">Made from the player's trained parameters, after they were moved to their device. It stays the caller's.</param>
/// <param name="Schedule">The learning rate of each step.</param>
public sealed record PlayerOptimizer(OptimizerHelper Optimizer, Schedule Schedule);
