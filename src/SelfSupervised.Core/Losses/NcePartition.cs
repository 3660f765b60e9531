namespace SelfSupervised.Core.Losses;

/// <summary>Where the partition function Z of a model that is trained by noise contrast comes from.</summary>
public enum NcePartition
{
    /// <summary>A constant, as a rule 1: the scores learn to normalise themselves (Mnih, Teh, 2012, arXiv:1206.6426).</summary>
    Fixed,

    /// <summary>Estimated from the first batch, then kept (Wu et al., 2018, arXiv:1805.01978).</summary>
    Estimated,

    /// <summary>A parameter that is learned along (Gutmann, Hyvärinen, 2010).</summary>
    Learned,
}
