namespace SelfSupervised.Evaluation.Probes;

/// <summary>What <see cref="SgdProbe"/> found, and how.</summary>
public sealed record SgdProbeResult
{
    /// <summary>The answers to the test set: top-1 and top-5 with their intervals, per class, the confusion matrix.</summary>
    public required Classification Test { get; init; }

    /// <summary>Top-1 on the training set.</summary>
    public required Accuracy Train { get; init; }

    /// <summary>The mean cross-entropy of the training set's examples in each epoch, in nats, each as it was when its batch came.</summary>
    public required IReadOnlyList<double> Losses { get; init; }

    /// <summary>The classifier after the last step; it takes features as they were given.</summary>
    public required LinearClassifier Classifier { get; init; }

    /// <summary>The settings.</summary>
    public required SgdProtocol Protocol { get; init; }

    /// <summary>What the order and the initial weights follow from.</summary>
    public required long Seed { get; init; }

    /// <summary>N, the size of the training set.</summary>
    public required long TrainCount { get; init; }

    /// <summary>d, the width of the features.</summary>
    public required long Dimension { get; init; }

    /// <summary>How many test rows equal a training row in every element, as in <see cref="LinearProbeResult.SharedRows"/>.</summary>
    public required long SharedRows { get; init; }
}
