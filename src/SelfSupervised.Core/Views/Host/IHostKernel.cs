namespace SelfSupervised.Core.Views.Host;

/// <summary>An operator that can be applied on the host, to one image after the other.</summary>
internal interface IHostKernel
{
    /// <summary>Applies what was drawn to one image, in place.</summary>
    void Apply(HostImage image, ReadOnlySpan<float> parameters);
}
