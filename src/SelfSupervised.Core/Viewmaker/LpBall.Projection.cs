using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <content>The projections that are no scaling or clamping.</content>
public static partial class LpBall
{
    private static Tensor KeepLargest(Tensor perturbation, double radius)
    {
        using var scope = NewDisposeScope();
        var rows = Lp.Rows(perturbation);
        var kept = (int)Math.Min(radius, rows.shape[1]);
        Tensor mask;
        using (no_grad())
        {
            var (_, places) = rows.abs().topk(kept, dim: 1, largest: true, sorted: false);
            mask = zeros_like(rows).scatter_(1, places, ones(places.shape, rows.dtype, rows.device));
        }

        return rows.mul(mask).reshape(perturbation.shape).MoveToOuterDisposeScope();
    }

    private static Tensor SoftThreshold(Tensor perturbation, double radius)
    {
        using var scope = NewDisposeScope();
        using var length = radius.ToScalar();
        var rows = Lp.Rows(perturbation);
        Tensor active, count;
        using (no_grad())
        {
            active = rows.abs().gt(Threshold(rows.abs(), radius)).to(rows.dtype);
            count = active.sum(1, keepdim: true).clamp_min(Scalars.One);
        }

        // Once more, from the active elements alone, so that the gradient sees how the threshold depends on them.
        var threshold = rows.abs().mul(active).sum(1, keepdim: true).sub(length).div(count).clamp_min(Scalars.Zero);
        return rows.sub(rows.clamp(threshold.neg(), threshold)).reshape(perturbation.shape).MoveToOuterDisposeScope();
    }

    /// <summary>θ of each row of magnitudes, [B, 1]; 0 inside of the ball.</summary>
    /// <remarks>
    /// Newton's method on the piecewise linear Σmax(|δ| − θ, 0) = r, from below: each step drops elements for good, and when none
    /// is dropped the threshold is exact. A few steps, where sorting takes more than ten times as long.
    /// </remarks>
    private static Tensor Threshold(Tensor magnitudes, double radius)
    {
        using var length = radius.ToScalar();
        using var share = (radius / magnitudes.shape[1]).ToScalar();
        var threshold = magnitudes.mean([1], keepdim: true).sub(share).clamp_min(Scalars.Zero);
        for (var (active, before) = (0.0, double.PositiveInfinity); ; before = active)
        {
            using var step = NewDisposeScope();
            var excess = magnitudes.sub(threshold).relu_();
            var missing = excess.sum(1, keepdim: true).sub(length);
            var count = excess.sign_().sum(1, keepdim: true);
            active = count.sum(ScalarType.Float64).item<double>();
            if (!(active < before))
            {
                return threshold;
            }

            threshold.add_(missing.div(count.clamp_min(Scalars.One)).clamp_min(Scalars.Zero), Scalars.One);
        }
    }
}
