using static SelfSupervised.Evaluation.Internal.Vectors;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>Minimises a smooth function of many variables by limited-memory BFGS with a strong-Wolfe line search.</summary>
/// <remarks>
/// <para>
/// Liu and Nocedal, "On the Limited Memory BFGS Method for Large Scale Optimization", 1989; Nocedal and Wright, "Numerical
/// Optimization", 2006, algorithm 7.4 and conditions 3.7.
/// </para>
/// <para>
/// A step α along p is taken if f(x + αp) ≤ f + c₁α·∇fᵀp and |∇f(x + αp)ᵀp| ≤ c₂|∇fᵀp|. Until then [low, high] is kept such
/// that the function still falls at low, and at high rises or is too large: between them lies a step that will be taken.
/// Differences of f below its rounding error don't count, so that near the minimum the derivative alone decides.
/// </para>
/// </remarks>
/// <param name="objective">Gives the value at the first argument and writes the gradient into the second.</param>
/// <param name="rounding">The error of the value, relative to it or to 1.</param>
internal sealed class Lbfgs(Func<double[], double[], double> objective, double rounding)
{
    private const int Memory = 10;
    private const int MaxTrials = 40;
    private const double SufficientDecrease = 1e-4;
    private const double Curvature = 0.9;

    private readonly List<(double[] Step, double[] Change, double Inverse)> _pairs = [];
    private int _evaluations;

    /// <summary>Goes downhill until the gradient's length is at most the tolerance.</summary>
    public LbfgsResult Minimise(double[] start, double tolerance, int maxIterations)
    {
        _pairs.Clear();
        _evaluations = 0;
        var current = At((double[])start.Clone());
        var iterations = 0;
        while (Norm(current.Gradient) > tolerance && iterations < maxIterations)
        {
            var direction = Direction(current.Gradient);
            if (Search(current, direction) is { } next)
            {
                Remember(current, next);
                current = next;
                iterations++;
            }
            else if (_pairs.Count > 0)
            {
                _pairs.Clear();
            }
            else
            {
                break;
            }
        }

        var norm = Norm(current.Gradient);
        return new LbfgsResult(current.X, current.Value, norm, iterations, _evaluations, norm <= tolerance);
    }

    private Place At(double[] x)
    {
        var gradient = new double[x.Length];
        _evaluations++;
        return new Place(x, objective(x, gradient), gradient);
    }

    // −H·g by the two loops over the remembered pairs. Without any: steepest descent, of length 1 at first.
    private double[] Direction(double[] gradient)
    {
        var q = Array.ConvertAll(gradient, value => -value);
        if (_pairs.Count == 0)
        {
            Scale(q, 1 / Norm(gradient));
            return q;
        }

        var along = new double[_pairs.Count];
        for (var i = _pairs.Count - 1; i >= 0; i--)
        {
            along[i] = Dot(_pairs[i].Step, q) * _pairs[i].Inverse;
            AddTo(q, -along[i], _pairs[i].Change);
        }

        var (_, change, inverse) = _pairs[^1];
        Scale(q, 1 / (inverse * Dot(change, change)));
        for (var i = 0; i < _pairs.Count; i++)
        {
            AddTo(q, along[i] - (Dot(_pairs[i].Change, q) * _pairs[i].Inverse), _pairs[i].Step);
        }

        return q;
    }

    private Place? Search(Place from, double[] direction)
    {
        var slope = Dot(from.Gradient, direction);
        if (!(slope < 0))
        {
            return null;
        }

        var slack = rounding * Math.Max(Math.Abs(from.Value), 1);
        var (low, lowSlope, high, alpha) = (0.0, slope, double.PositiveInfinity, 1.0);
        for (var trial = 0; trial < MaxTrials; trial++)
        {
            var x = (double[])from.X.Clone();
            AddTo(x, alpha, direction);
            var place = At(x);
            var slopeHere = Dot(place.Gradient, direction);
            var tooLarge = !(place.Value <= from.Value + (SufficientDecrease * alpha * slope) + slack) || !double.IsFinite(slopeHere);
            if (!tooLarge && Math.Abs(slopeHere) <= Curvature * -slope)
            {
                return place;
            }

            if (!tooLarge && slopeHere < 0)
            {
                (low, lowSlope) = (alpha, slopeHere);
                alpha = double.IsInfinity(high) ? 3 * alpha : (low + high) / 2;
            }
            else
            {
                high = alpha;

                // Where the slope changes its sign, at its zero if it were straight, but not too near an end.
                var zero = slopeHere > 0 && double.IsFinite(slopeHere) ? lowSlope / (lowSlope - slopeHere) : 0.5;
                alpha = low + (Math.Clamp(zero, 0.1, 0.9) * (high - low));
            }
        }

        return null;
    }

    private void Remember(Place from, Place to)
    {
        var step = Difference(to.X, from.X);
        var change = Difference(to.Gradient, from.Gradient);
        var product = Dot(step, change);
        if (product <= 1e-12 * Norm(step) * Norm(change))
        {
            return;
        }

        if (_pairs.Count == Memory)
        {
            _pairs.RemoveAt(0);
        }

        _pairs.Add((step, change, 1 / product));
    }

    private sealed record Place(double[] X, double Value, double[] Gradient);
}
