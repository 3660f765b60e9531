namespace SelfSupervised.Core.Viewmaker;

/// <summary>In what a <see cref="ViewmakerNetwork"/> perturbs, and its budget counts.</summary>
public enum ViewmakerDomain
{
    /// <summary>The images themselves.</summary>
    Pixels,

    /// <summary>
    /// The cosine transform as released, not normalised: a budget ε changes pixels by about ε/(2·√(H·W)) only, root mean square.
    /// </summary>
    Dct,

    /// <summary>The orthonormal cosine transform: a budget of p = 2 means the same as for pixels.</summary>
    OrthonormalDct,
}
