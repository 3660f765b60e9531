namespace SelfSupervised.Evaluation.Robustness;

/// <summary>How a classifier did on one corrupted set.</summary>
/// <param name="Corruption">The corruption.</param>
/// <param name="Severity">1 to 5.</param>
/// <param name="Accuracy">The share of right answers.</param>
public sealed record CorruptionAccuracy(Corruption Corruption, int Severity, Accuracy Accuracy);
