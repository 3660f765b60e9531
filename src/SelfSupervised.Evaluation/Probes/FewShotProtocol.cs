using SelfSupervised.Evaluation.Internal;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>How <see cref="FewShotProbe"/> draws and trains. The defaults are LooC's: Xiao et al., 2020 (arXiv:2008.05659).</summary>
public sealed record FewShotProtocol
{
    /// <summary>A protocol with LooC's defaults.</summary>
    /// <param name="shots">k, the labelled examples of each class, at least 1; LooC takes 5 and 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public FewShotProtocol(int shots) => Shots = shots;

    /// <summary>k, the labelled examples of each class, at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Shots { get; init => field = Guard.AtLeast(value, 1, nameof(Shots)); }

    /// <summary>How often examples are drawn and a classifier is trained, at least 1. Default 10.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Draws { get; init => field = Guard.AtLeast(value, 1, nameof(Draws)); } = 10;

    /// <summary>Adam's γ, finite and above 0. Default 0.03.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double LearningRate { get; init => field = Guard.Positive(value, nameof(LearningRate)); } = 0.03;

    /// <summary>Steps, each with all drawn examples, at least 1. Default 250.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int Iterations { get; init => field = Guard.AtLeast(value, 1, nameof(Iterations)); } = 250;

    /// <summary>The deviation of the initial weights, which are normal with mean 0; finite and at least 0. Default 0.01. Biases begin at 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double InitialDeviation { get; init => field = Guard.AtLeastZero(value, nameof(InitialDeviation)); } = 0.01;
}
