namespace SelfSupervised.Training.Pretraining;

/// <summary>A loss was NaN or infinite. The run has ended; the last checkpoint is from before.</summary>
/// <param name="step">The step, counted from 1.</param>
/// <param name="player">Whose loss.</param>
/// <param name="loss">The loss.</param>
public sealed class NonFiniteLossException(int step, string player, double loss)
    : ArithmeticException($"Expected the loss of the {player} to be finite, but at step {step} it is {loss}. The last checkpoint is from before.")
{
    /// <summary>The step, counted from 1.</summary>
    public int Step { get; } = step;
}
