namespace SelfSupervised.Evaluation.Internal;

/// <summary>Student's t distribution for whole degrees of freedom.</summary>
internal static class StudentT
{
    /// <summary>What |t| exceeds in 5 % of cases: 12.706 for one degree of freedom, 2.262 for nine.</summary>
    public static double TwoSided95(int degrees)
    {
        var (low, high) = (0.0, 20.0);
        while (high - low > 1e-12 * high)
        {
            var middle = (low + high) / 2;
            (low, high) = Within(middle, degrees) < 0.95 ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    // P(|T| < t) as a finite sum over the angle atan(t/√n): Abramowitz and Stegun, 1964, 26.7.3 and 26.7.4.
    private static double Within(double t, int degrees)
    {
        var angle = Math.Atan(t / Math.Sqrt(degrees));
        var (sin, cos) = Math.SinCos(angle);
        var odd = degrees % 2 == 1;
        var (term, sum) = odd ? (cos, degrees > 1 ? cos : 0) : (1.0, 1.0);
        for (var k = odd ? 3 : 2; k < degrees; k += 2)
        {
            term *= cos * cos * (k - 1) / k;
            sum += term;
        }

        return odd ? 2 / Math.PI * (angle + (sin * sum)) : sin * sum;
    }
}
