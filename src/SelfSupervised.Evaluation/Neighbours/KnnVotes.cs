namespace SelfSupervised.Evaluation.Neighbours;

/// <summary>What a neighbour's vote weighs.</summary>
public enum KnnVotes
{
    /// <summary>exp(s/τ), s being its cosine similarity.</summary>
    Weighted,

    /// <summary>1.</summary>
    Majority,
}
