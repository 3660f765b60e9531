using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>A corruption of one severity for images of one shape. It has no state: threads share it.</summary>
internal interface ICorruptor
{
    /// <summary>In place. What it leaves need not be in [0, 1].</summary>
    void Apply(Canvas image, ref CounterRandom random);
}
