namespace SelfSupervised.Evaluation.Probes;

/// <summary>What <see cref="LinearProbe"/> found, and how: all that a report of the number should say.</summary>
public sealed record LinearProbeResult
{
    /// <summary>The answers to the test set: top-1 and top-5 with their intervals, per class, the confusion matrix.</summary>
    public required Classification Test { get; init; }

    /// <summary>Top-1 on the training set that was fitted, held-out part included.</summary>
    public required Accuracy Train { get; init; }

    /// <summary>The final fit on the whole training set: penalty, loss, gradient. Its classifier takes features as they were given.</summary>
    public required LogisticFit Fit { get; init; }

    /// <summary>Every penalty that was tried, in ascending order, with its accuracy on the held-out part.</summary>
    public required IReadOnlyList<ProbeTrial> Trials { get; init; }

    /// <summary>Whether the chosen penalty is the smallest or the largest of several that were tried: a wider choice could do better.</summary>
    public bool IsAtTheEdge => Trials.Count > 1 && (Fit.L2 == Trials[0].L2 || Fit.L2 == Trials[^1].L2);

    /// <summary>The settings.</summary>
    public required LinearProbeOptions Options { get; init; }

    /// <summary>The seed of the split.</summary>
    public required long Seed { get; init; }

    /// <summary>N, the size of the training set.</summary>
    public required long TrainCount { get; init; }

    /// <summary>How many of them were held out to choose the penalty.</summary>
    public required long HeldOutCount { get; init; }

    /// <summary>d, the width of the features.</summary>
    public required long Dimension { get; init; }

    /// <summary>
    /// How many test rows equal a training row in every element. Above 0, either images are in both sets or the encoder maps
    /// different images to one point; neither should be reported as generalisation.
    /// </summary>
    public required long SharedRows { get; init; }
}
