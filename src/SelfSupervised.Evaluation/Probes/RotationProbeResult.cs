namespace SelfSupervised.Evaluation.Probes;

/// <summary>What <see cref="RotationProbe"/> found.</summary>
public sealed record RotationProbeResult
{
    /// <summary>How well the turn, one of four, can be read off the features of turned images; chance is 0.25.</summary>
    public required LinearProbeResult Rotation { get; init; }

    /// <summary>How well the class can be read off the features of images as they are.</summary>
    public required LinearProbeResult Class { get; init; }
}
