using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <summary>Lp norms and distances, one per sample.</summary>
/// <remarks>
/// <para>
/// A sample's norm is over all of its D elements, whatever its shape: ‖δ‖₀ = #{δ_i ≠ 0}, ‖δ‖_p = (Σ|δ_i|^p)^(1/p) for
/// p ≥ 1, ‖δ‖_∞ = max|δ_i|. As a mean, which doesn't depend on the size of images, it is (Σ|δ_i|^p / D)^(1/p): the share of
/// elements that differ for p = 0, the mean absolute value for 1, the root of the mean square for 2; ‖δ‖_∞ stays. Then
/// ‖δ‖_∞ ≤ ‖δ‖₂ ≤ ‖δ‖₁ ≤ √D·‖δ‖₂ ≤ D·‖δ‖_∞.
/// </para>
/// <para>
/// All but ‖δ‖₀ have a gradient, which is 0 at δ = 0. Tensors are [B, …], Float32 or Float64, B and D at least 1. Values are not
/// searched for NaN: a NaN makes its sample's norm NaN (‖δ‖₀ counts it).
/// </para>
/// </remarks>
public static class Lp
{
    /// <summary>The norm of each perturbation.</summary>
    /// <param name="perturbation">δ, [B, …].</param>
    /// <param name="p">0, at least 1, or <see cref="double.PositiveInfinity"/>.</param>
    /// <param name="mean">Whether to take the mean over the elements rather than the sum. Default: the sum.</param>
    /// <returns>[B]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The tensor is not as described.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="p"/> is between 0 and 1, negative or NaN.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    /// <example><code>using var change = Lp.Norm(views.sub(images), p: 1, mean: true);</code></example>
    public static Tensor Norm(Tensor perturbation, double p, bool mean = false)
    {
        LpGuard.Samples(perturbation, nameof(perturbation));
        LpGuard.Order(p, nameof(p));
        using var scope = NewDisposeScope();
        return Of(perturbation, p, mean).MoveToOuterDisposeScope();
    }

    /// <summary>The distance of each pair of samples: the norm of x − z.</summary>
    /// <param name="x">[B, …].</param>
    /// <param name="z">Of the same shape, type and device.</param>
    /// <param name="p">As in <see cref="Norm"/>.</param>
    /// <param name="mean">As in <see cref="Norm"/>.</param>
    /// <returns>[B]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The tensors are not as described.</exception>
    /// <exception cref="ArgumentOutOfRangeException">As in <see cref="Norm"/>.</exception>
    /// <exception cref="ObjectDisposedException">A tensor has been disposed.</exception>
    public static Tensor Distance(Tensor x, Tensor z, double p, bool mean = false)
    {
        LpGuard.Pair(x, z);
        LpGuard.Order(p, nameof(p));
        using var scope = NewDisposeScope();
        return Of(x.sub(z), p, mean).MoveToOuterDisposeScope();
    }

    /// <summary>‖δ‖₂² = Σδ_i², which some texts call the L2 distance; or the mean square.</summary>
    /// <inheritdoc cref="Norm" path="/param|/returns|/exception[@cref='ArgumentException']|/exception[@cref='ObjectDisposedException']"/>
    public static Tensor SquaredL2(Tensor perturbation, bool mean = false)
    {
        LpGuard.Samples(perturbation, nameof(perturbation));
        using var scope = NewDisposeScope();
        var square = Rows(perturbation).pow(Scalars.Two);
        return (mean ? square.mean([1]) : square.sum(1)).MoveToOuterDisposeScope();
    }

    /// <summary>How many elements of each pair of samples differ by more than a tolerance: ‖x − z‖₀ if it is 0.</summary>
    /// <param name="x">[B, …].</param>
    /// <param name="z">Of the same shape, type and device.</param>
    /// <param name="tolerance">The largest difference that counts as none, finite and at least 0 (default).</param>
    /// <returns>[B], Int64. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The tensors are not as described.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is negative or not finite.</exception>
    /// <exception cref="ObjectDisposedException">A tensor has been disposed.</exception>
    public static Tensor ChangedElements(Tensor x, Tensor z, double tolerance = 0)
    {
        LpGuard.Pair(x, z);
        using var scope = NewDisposeScope();
        return Rows(Differs(x, z, tolerance)).sum(1).MoveToOuterDisposeScope();
    }

    /// <summary>How many pixels of each pair of images differ by more than a tolerance in any channel.</summary>
    /// <param name="x">[B, C, …], with one place at least.</param>
    /// <param name="z">Of the same shape, type and device.</param>
    /// <param name="tolerance">As in <see cref="ChangedElements"/>.</param>
    /// <returns>[B], Int64. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The tensors are not as described.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The tolerance is negative or not finite.</exception>
    /// <exception cref="ObjectDisposedException">A tensor has been disposed.</exception>
    public static Tensor ChangedPixels(Tensor x, Tensor z, double tolerance = 0)
    {
        LpGuard.Pair(x, z);
        if (x.dim() < 3)
        {
            throw new ArgumentException($"Expected `x` to have shape [B, C, ...] with places after the channels, but got {Guard.Text(x.shape)}.", nameof(x));
        }

        using var scope = NewDisposeScope();
        return Rows(Differs(x, z, tolerance).any(1)).sum(1).MoveToOuterDisposeScope();
    }

    /// <summary>[B], in the current scope, as are its temporaries.</summary>
    internal static Tensor Of(Tensor perturbation, double p, bool mean)
    {
        var rows = Rows(perturbation);
        if (p == 0)
        {
            var changed = rows.ne(Scalars.Zero).to(rows.dtype);
            return mean ? changed.mean([1]) : changed.sum(1);
        }

        // libtorch's own norms of these two orders are not vectorised: on a CPU 5 and 28 times slower.
        var norm = p switch
        {
            1 => rows.abs().sum(1),
            double.PositiveInfinity => rows.amax(1).maximum(rows.amin(1).neg()),
            _ => linalg.vector_norm(rows, p, [1]),
        };
        if (!mean || double.IsPositiveInfinity(p))
        {
            return norm;
        }

        using var share = Math.Pow(rows.shape[1], -1 / p).ToScalar();
        return norm.mul(share);
    }

    /// <summary>[B, D].</summary>
    internal static Tensor Rows(Tensor samples) => samples.reshape(samples.shape[0], -1);

    private static Tensor Differs(Tensor x, Tensor z, double tolerance)
    {
        ViewGuard.AtLeastZero(tolerance, nameof(tolerance));
        using var largest = tolerance.ToScalar();
        using var noGradient = no_grad();
        return x.sub(z).abs().gt(largest);
    }
}
