using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Momentum;

/// <summary>Momentum coefficients as functions of the number of updates that came before.</summary>
public static class MomentumSchedule
{
    /// <summary>The same at every update.</summary>
    /// <param name="momentum">m, from 0 to 1. MoCo: 0.999.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The momentum is out of range.</exception>
    public static Schedule Constant(double momentum)
    {
        ViewGuard.Share(momentum, nameof(momentum));
        return _ => momentum;
    }

    /// <summary>From a first to a last value along half a cosine, and the last from there on.</summary>
    /// <remarks>
    /// <code>m = m₁ − (m₁ − m₀)·½·(1 + cos(π·t/T))</code>
    /// <para>Grill et al., "Bootstrap Your Own Latent", 2020 (arXiv:2006.07733): from 0.996 to 1.</para>
    /// </remarks>
    /// <param name="first">m₀, from 0 to 1.</param>
    /// <param name="last">m₁, from 0 to 1.</param>
    /// <param name="updates">T, at least 1.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static Schedule Cosine(double first, double last, long updates)
    {
        ViewGuard.Share(first, nameof(first));
        ViewGuard.Share(last, nameof(last));
        ModuleGuard.AtLeast(updates, 1, nameof(updates));
        return update => last - ((last - first) * 0.5 * (1 + Math.Cos(Math.PI * Math.Min(update, updates) / updates)));
    }

    /// <summary>Mean teacher's: a plain average of the first weights, held below one value while the run warms up and below another afterwards.</summary>
    /// <remarks>
    /// <code>m = min(1 − 1/(t + 1), t &lt; T ? m₀ : m₁)</code>
    /// <para>Tarvainen and Valpola, 2017 (arXiv:1703.01780), appendix B.</para>
    /// </remarks>
    /// <param name="updates">T, the updates of the warm-up, at least 0.</param>
    /// <param name="during">m₀, from 0 to 1. Default 0.99.</param>
    /// <param name="after">m₁, from 0 to 1. Default 0.999.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static Schedule RampUp(long updates, double during = 0.99, double after = 0.999)
    {
        ModuleGuard.AtLeast(updates, 0, nameof(updates));
        ViewGuard.Share(during, nameof(during));
        ViewGuard.Share(after, nameof(after));
        return update => Math.Min(1 - (1.0 / (update + 1)), update < updates ? during : after);
    }
}
