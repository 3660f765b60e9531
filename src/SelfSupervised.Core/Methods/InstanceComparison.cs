namespace SelfSupervised.Core.Methods;

/// <summary>How <see cref="InstanceDiscrimination"/> compares an image with drawn negatives.</summary>
public enum InstanceComparison
{
    /// <summary>By <see cref="Losses.Nce"/>, with an estimated Z. The default.</summary>
    NoiseContrast,

    /// <summary>By <see cref="Losses.ViewmakerLoss.AgainstMemories"/>, as the released viewmaker code does.</summary>
    Memories,
}
