namespace SelfSupervised.Evaluation.Augmentations;

/// <summary>What <see cref="Diversity"/> found.</summary>
public sealed record DiversityResult
{
    /// <summary>The mean final loss of training on clean images.</summary>
    public required double Clean { get; init; }

    /// <summary>E[L(D')]: the mean final loss of training on augmented images.</summary>
    public required double Augmented { get; init; }

    /// <summary>Augmented/clean: 1 for an augmentation that changes nothing, above 1 the harder its images are to fit; NaN or infinite where the clean loss is 0.</summary>
    public double Ratio => Augmented / Clean;
}
