namespace SelfSupervised.Core.Viewmaker;

/// <summary>What normalises the maps of a <see cref="ViewmakerNetwork"/>.</summary>
public enum ViewmakerNormalisation
{
    /// <summary>Instance norm, as in the released code: a sample's view doesn't depend on the others of its batch.</summary>
    Instance,

    /// <summary>Batch norm, as in descriptions of the network; it has running statistics.</summary>
    Batch,
}
