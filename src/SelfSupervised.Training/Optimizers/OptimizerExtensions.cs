using SelfSupervised.Training.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Optimizers;

/// <summary>What a training loop does to an optimiser between steps.</summary>
public static class OptimizerExtensions
{
    /// <summary>Gives every parameter group the same learning rate.</summary>
    /// <param name="optimizer">Any optimiser of TorchSharp, or a <see cref="Lars"/>.</param>
    /// <param name="learningRate">γ, finite and at least 0: a schedule's value for the coming step.</param>
    /// <exception cref="ArgumentNullException">The optimiser is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of range.</exception>
    /// <example><code>optimizer.SetLearningRate(schedule(step));</code></example>
    public static void SetLearningRate(this optim.Optimizer optimizer, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        Guard.AtLeastZero(learningRate, nameof(learningRate));
        foreach (var group in optimizer.ParamGroups)
        {
            group.LearningRate = learningRate;
        }
    }
}
