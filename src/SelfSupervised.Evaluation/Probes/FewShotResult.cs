namespace SelfSupervised.Evaluation.Probes;

/// <summary>What <see cref="FewShotProbe"/> found, and how.</summary>
public sealed record FewShotResult
{
    /// <summary>Top-1 on the test set over the draws, in [0, 1]: mean and interval. It covers the chance of which examples were drawn, not that of the test set.</summary>
    public required MeanEstimate Top1 { get; init; }

    /// <summary>Each draw's answers to the whole test set.</summary>
    public required IReadOnlyList<Accuracy> Draws { get; init; }

    /// <summary>The settings.</summary>
    public required FewShotProtocol Protocol { get; init; }

    /// <summary>What the draws and the initial weights follow from.</summary>
    public required long Seed { get; init; }

    /// <summary>C, the number of classes.</summary>
    public required int Classes { get; init; }

    /// <summary>d, the width of the features.</summary>
    public required long Dimension { get; init; }

    /// <summary>How many test rows equal a training row in every element, as in <see cref="LinearProbeResult.SharedRows"/>.</summary>
    public required long SharedRows { get; init; }
}
