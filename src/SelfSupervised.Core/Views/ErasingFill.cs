namespace SelfSupervised.Core.Views;

/// <summary>What an erased box is filled with.</summary>
public enum ErasingFill
{
    /// <summary>A value uniform in [0, 1) for each pixel and channel: the paper's best.</summary>
    Random,

    /// <summary>The data set's mean colour.</summary>
    Mean,

    /// <summary>Zeros.</summary>
    Zero,
}
