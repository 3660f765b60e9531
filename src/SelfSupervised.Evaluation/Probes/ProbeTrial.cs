namespace SelfSupervised.Evaluation.Probes;

/// <summary>One penalty that <see cref="LinearProbe"/> tried.</summary>
/// <param name="L2">λ.</param>
/// <param name="HeldOut">Top-1 on the part of the training set that was held out.</param>
/// <param name="Iterations">Steps of its fit, which began where that of the next larger penalty ended.</param>
/// <param name="GradientNorm">The gradient's length where it ended.</param>
/// <param name="Converged">Whether that is within the tolerance.</param>
public readonly record struct ProbeTrial(double L2, Accuracy HeldOut, int Iterations, double GradientNorm, bool Converged);
