namespace SelfSupervised.Evaluation.Neighbours;

/// <summary>What <see cref="Retrieval"/> found, and how.</summary>
public sealed record RetrievalResult
{
    /// <summary>mAP, the mean over the queries of the average precision, in [0, 1].</summary>
    public required double MeanAveragePrecision { get; init; }

    /// <summary>Recall and precision at each of the numbers that were asked for, in their order.</summary>
    public required IReadOnlyList<RetrievalAt> At { get; init; }

    /// <summary>The number of queries that have a relevant candidate: the means are over these.</summary>
    public required long Queries { get; init; }

    /// <summary>The number of queries that no candidate is relevant to; they count nowhere.</summary>
    public required long QueriesWithoutMatch { get; init; }

    /// <summary>The number of candidates of each query.</summary>
    public required long Candidates { get; init; }

    /// <summary>Whether the queries were the gallery, each left out of its own candidates.</summary>
    public required bool WithinOneSet { get; init; }
}
