namespace SelfSupervised.Core.Mixing;

/// <summary>Draws from Beta(α, α) as g₁/(g₁ + g₂), g ~ Gamma(α).</summary>
internal static class BetaSampler
{
    public static double Draw(ref CounterRandom random, double alpha)
    {
        var (first, second) = (Gamma(ref random, alpha), Gamma(ref random, alpha));

        // For a tiny α both can be too small for a number: the draw is then one of the ends, either as likely.
        return first + second > 0 ? first / (first + second) : random.Below(2);
    }

    // Marsaglia, Tsang, "A Simple Method for Generating Gamma Variables", 2000; below 1 with their power of a uniform number.
    private static double Gamma(ref CounterRandom random, double alpha)
    {
        if (alpha < 1)
        {
            return Gamma(ref random, alpha + 1) * Math.Pow(1 - random.NextDouble(), 1 / alpha);
        }

        var d = alpha - (1 / 3.0);
        var c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            var x = random.Normal();
            var v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v;
            }
        }
    }
}
