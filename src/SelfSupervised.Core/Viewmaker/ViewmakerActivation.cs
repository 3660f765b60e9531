namespace SelfSupervised.Core.Viewmaker;

/// <summary>The activation of a <see cref="ViewmakerNetwork"/>'s outer layers; its residual blocks have ReLU, as in the released code.</summary>
public enum ViewmakerActivation
{
    /// <summary>max(x, 0).</summary>
    ReLU,

    /// <summary>max(x, 0.01·x).</summary>
    LeakyReLU,
}
