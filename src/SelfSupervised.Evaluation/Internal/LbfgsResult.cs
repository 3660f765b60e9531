namespace SelfSupervised.Evaluation.Internal;

/// <summary>Where <see cref="Lbfgs"/> stopped.</summary>
internal sealed record LbfgsResult(double[] Point, double Value, double GradientNorm, int Iterations, int Evaluations, bool Converged);
