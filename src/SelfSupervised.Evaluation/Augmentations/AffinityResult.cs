namespace SelfSupervised.Evaluation.Augmentations;

/// <summary>What <see cref="Affinity"/> found.</summary>
public sealed record AffinityResult
{
    /// <summary>A(m, D): on the images as they are.</summary>
    public required Accuracy Clean { get; init; }

    /// <summary>A(m, D'): on the augmented images.</summary>
    public required Accuracy Augmented { get; init; }

    /// <summary>A(m, D')/A(m, D): 1 if the augmentation changes nothing that the model sees, and mostly at most 1. The published definition.</summary>
    public double Ratio => Augmented.Value / Clean.Value;

    /// <summary>A(m, D') − A(m, D): 0 if it changes nothing. The definition of the paper's first version.</summary>
    public double Difference => Augmented.Value - Clean.Value;
}
