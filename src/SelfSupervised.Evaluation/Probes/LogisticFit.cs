namespace SelfSupervised.Evaluation.Probes;

/// <summary>A classifier that <see cref="LogisticRegression"/> fitted, and how near it is to the minimum.</summary>
public sealed record LogisticFit
{
    /// <summary>The classifier.</summary>
    public required LinearClassifier Classifier { get; init; }

    /// <summary>λ, the penalty.</summary>
    public required double L2 { get; init; }

    /// <summary>The objective: the mean cross-entropy in nats, and the penalty.</summary>
    public required double Loss { get; init; }

    /// <summary>The Euclidean length of the objective's gradient.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>Steps of the optimiser.</summary>
    public required int Iterations { get; init; }

    /// <summary>How often value and gradient were computed.</summary>
    public required int Evaluations { get; init; }

    /// <summary>Whether the gradient's length is within the tolerance; if not, the iterations ran out or the precision did.</summary>
    public required bool Converged { get; init; }
}
