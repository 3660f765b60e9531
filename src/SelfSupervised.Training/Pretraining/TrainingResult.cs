namespace SelfSupervised.Training.Pretraining;

/// <summary>How a run ended.</summary>
/// <param name="Steps">The steps done, those before an interruption included.</param>
/// <param name="IsComplete">Whether these are all; otherwise it was asked to stop.</param>
/// <param name="History">What it reported.</param>
public sealed record TrainingResult(int Steps, bool IsComplete, TrainingHistory History);
