namespace SelfSupervised.Evaluation.Neighbours;

/// <summary>What <see cref="WeightedKnn.Evaluate"/> found, and how.</summary>
public sealed record KnnResult
{
    /// <summary>The answers to the test set: top-1 and top-5 with their intervals, per class, the confusion matrix.</summary>
    public required Classification Test { get; init; }

    /// <summary>Neighbours, temperature and votes.</summary>
    public required KnnOptions Options { get; init; }

    /// <summary>The number of labelled rows among which neighbours were sought.</summary>
    public required long TrainCount { get; init; }

    /// <summary>d, the width of the features.</summary>
    public required long Dimension { get; init; }

    /// <summary>
    /// How many test rows equal a training row in every element. Above 0, either images are in both sets or the encoder maps
    /// different images to one point; neither should be reported as generalisation.
    /// </summary>
    public required long SharedRows { get; init; }
}
