using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Viewmaker;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Attacks;

/// <summary>The step of a given length in an Lp norm that a linear function rises most by, for each sample.</summary>
internal static class SteepestAscent
{
    /// <summary>[B, …], in the caller's scope; 0 where the gradient is.</summary>
    public static Tensor Step(Tensor gradient, double p, double length)
    {
        using var scope = NewDisposeScope();
        using var factor = length.ToScalar();
        var step = p switch
        {
            1 => OneElement(gradient).mul(factor),
            2 => LpBall.ScaleToSphere(Scaled(gradient), 2, length),
            _ => gradient.sign().mul(factor),
        };
        return step.MoveToOuterDisposeScope();
    }

    /// <summary>Nothing of the gradient where a step along it would leave the range.</summary>
    public static Tensor Unblocked(Tensor gradient, Tensor at, (double Low, double High) range)
    {
        using var scope = NewDisposeScope();
        using var low = range.Low.ToScalar();
        using var high = range.High.ToScalar();
        var below = at.le(low).logical_and(gradient.lt(Scalars.Zero));
        var above = at.ge(high).logical_and(gradient.gt(Scalars.Zero));
        return gradient.masked_fill(below.logical_or(above), Scalars.Zero).MoveToOuterDisposeScope();
    }

    private static Tensor OneElement(Tensor gradient)
    {
        var rows = Lp.Rows(gradient);
        var place = rows.abs().argmax(1, keepdim: true);
        return zeros_like(rows).scatter_(1, place, rows.gather(1, place).sign()).reshape(gradient.shape);
    }

    // By the largest magnitude first: squares of what a confident model leaves of a gradient are 0 in Float32.
    private static Tensor Scaled(Tensor gradient)
    {
        var rows = Lp.Rows(gradient);
        var largest = rows.abs().amax([1L], keepdim: true);
        return rows.div(largest.masked_fill(largest.eq(Scalars.Zero), Scalars.One)).reshape(gradient.shape);
    }
}
