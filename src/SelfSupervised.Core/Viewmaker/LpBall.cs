using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <summary>Three ways to constrain perturbations to an Lp ball, each sample by itself.</summary>
/// <remarks>
/// <para>
/// Norms are those of <see cref="Lp"/>, as sums. For p = 0 a scale changes nothing, so that all three keep the ⌊r⌋ elements of
/// the largest magnitude. Tensors are [B, …], Float32 or Float64, and need not be images. All three are differentiable almost
/// everywhere; what is kept or cut is constant for the gradient. δ = 0 stays 0.
/// </para>
/// <para>Values are not searched for NaN: a NaN spreads over its own sample and no other.</para>
/// </remarks>
public static partial class LpBall
{
    /// <summary>Below this a norm is no longer divided by: the gradient of the quotient would overflow.</summary>
    private const double SmallestNorm = 1e-15;

    private static readonly Scalar Smallest = SmallestNorm.ToScalar();

    /// <summary>Scales each sample to the norm r: δ·r/(‖δ‖_p + s).</summary>
    /// <param name="perturbation">δ, [B, …].</param>
    /// <param name="p">0, at least 1, or <see cref="double.PositiveInfinity"/>.</param>
    /// <param name="radius">r, finite and above 0; for p = 0 at least 1.</param>
    /// <param name="stabiliser">s, finite and at least 0 (default), with which the norm comes out as r·‖δ‖/(‖δ‖ + s) ≤ r.</param>
    /// <returns>[B, …]. A sample whose norm is below 1e-15 is multiplied by r. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The tensor is not as described.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    /// <example><code>using var delta = LpBall.ScaleToSphere(perturbation, p: 2, radius: 1);</code></example>
    public static Tensor ScaleToSphere(Tensor perturbation, double p, double radius, double stabiliser = 0)
    {
        LpGuard.Samples(perturbation, nameof(perturbation));
        LpGuard.Order(p, nameof(p));
        LpGuard.Radius(radius, p, nameof(radius));
        ViewGuard.AtLeastZero(stabiliser, nameof(stabiliser));
        if (p == 0)
        {
            return KeepLargest(perturbation, radius);
        }

        using var scope = NewDisposeScope();
        using var added = stabiliser.ToScalar();
        using var length = radius.ToScalar();
        var norm = Lp.Of(perturbation, p, mean: false).add(added, Scalars.One);
        var divisor = norm.masked_fill(norm.lt(Smallest), Scalars.One);
        return perturbation.mul(PerSample(divisor.reciprocal().mul(length), perturbation)).MoveToOuterDisposeScope();
    }

    /// <summary>Scales each sample that is outside of the ball onto it: δ·min(1, r/‖δ‖_p). Inside nothing changes.</summary>
    /// <param name="perturbation">As in <see cref="ScaleToSphere"/>.</param>
    /// <param name="p">As in <see cref="ScaleToSphere"/>.</param>
    /// <param name="radius">As in <see cref="ScaleToSphere"/>.</param>
    /// <returns>[B, …]. The caller owns it.</returns>
    /// <inheritdoc cref="ScaleToSphere" path="/exception"/>
    public static Tensor ScaleIntoBall(Tensor perturbation, double p, double radius)
    {
        LpGuard.Samples(perturbation, nameof(perturbation));
        LpGuard.Order(p, nameof(p));
        LpGuard.Radius(radius, p, nameof(radius));
        if (p == 0)
        {
            return KeepLargest(perturbation, radius);
        }

        using var scope = NewDisposeScope();
        using var length = radius.ToScalar();

        // r / max(‖δ‖, r): exactly 1 inside, and nothing to divide by that is near 0.
        var divisor = Lp.Of(perturbation, p, mean: false).clamp_min(length);
        return perturbation.mul(PerSample(divisor.reciprocal().mul(length).clamp_max(Scalars.One), perturbation)).MoveToOuterDisposeScope();
    }

    /// <summary>The point of the ball that is nearest to each sample in the Euclidean sense.</summary>
    /// <remarks>
    /// p = ∞: clamp to [−r, r]. p = 2: as <see cref="ScaleIntoBall"/>. p = 1: sign(δ)·max(|δ| − θ, 0), with θ = 0 inside and
    /// otherwise such that the norm is r; θ by Newton's method, which waits for a GPU at each step. p = 0: the ⌊r⌋ largest magnitudes, the ball being no convex
    /// set; ties are broken arbitrarily. Duchi et al., "Efficient Projections onto the ℓ1-Ball",
    /// ICML 2008; Condat, "Fast Projection onto the Simplex and the ℓ1 Ball", 2016.
    /// </remarks>
    /// <param name="perturbation">δ, [B, …].</param>
    /// <param name="p">0, 1, 2 or <see cref="double.PositiveInfinity"/>.</param>
    /// <param name="radius">As in <see cref="ScaleToSphere"/>.</param>
    /// <returns>[B, …]. The caller owns it.</returns>
    /// <inheritdoc cref="ScaleToSphere" path="/exception"/>
    public static Tensor Project(Tensor perturbation, double p, double radius)
    {
        LpGuard.Samples(perturbation, nameof(perturbation));
        LpGuard.ProjectionOrder(p, nameof(p));
        LpGuard.Radius(radius, p, nameof(radius));
        return p switch
        {
            0 => KeepLargest(perturbation, radius),
            1 => SoftThreshold(perturbation, radius),
            2 => ScaleIntoBall(perturbation, p, radius),
            _ => Clamp(perturbation, radius),
        };
    }

    private static Tensor Clamp(Tensor perturbation, double radius)
    {
        using var low = (-radius).ToScalar();
        using var high = radius.ToScalar();
        return perturbation.clamp(low, high);
    }

    private static Tensor PerSample(Tensor values, Tensor samples)
    {
        var shape = new long[samples.dim()];
        Array.Fill(shape, 1);
        shape[0] = samples.shape[0];
        return values.view(shape);
    }
}
