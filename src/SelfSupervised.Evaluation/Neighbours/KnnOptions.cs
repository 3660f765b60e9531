using SelfSupervised.Evaluation.Internal;

namespace SelfSupervised.Evaluation.Neighbours;

/// <summary>How <see cref="WeightedKnn"/> votes. The defaults are those of instance discrimination on ImageNet.</summary>
public sealed record KnnOptions
{
    /// <summary>One neighbour, whose class is the answer: Viewmaker's monitor (Tamkin et al., 2020, arXiv:2010.07432).</summary>
    public static KnnOptions Nearest { get; } = new() { Neighbours = 1 };

    /// <summary>K, from 1 to the size of the bank. Default 200.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Neighbours { get; init => field = Guard.AtLeast(value, 1, nameof(Neighbours)); } = 200;

    /// <summary>τ, finite and above 0. Default 0.07; instance discrimination on CIFAR-10 uses 0.1. A majority vote ignores it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Temperature { get; init => field = Guard.Positive(value, nameof(Temperature)); } = 0.07;

    /// <summary>What a neighbour's vote weighs. Default: by its similarity.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of <see cref="KnnVotes"/>.</exception>
    public KnnVotes Votes { get; init => field = Guard.Defined(value, nameof(Votes)); }
}
