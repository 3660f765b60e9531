using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Attacks;

/// <summary>Points that are uniform in an Lp ball, one per sample, each a function of (seed, the sample's index, step).</summary>
/// <remarks>
/// For p = 1 and 2, (g₁, …, g_D)·r/(Σ|g_i|^p + Z)^(1/p) with g_i of density ∝ exp(−|g|^p) and Z exponential: Barthe et al., "A probabilistic
/// approach to the geometry of the ℓ_p^n-ball", 2005.
/// </remarks>
internal static class BallPoints
{
    /// <summary>[B, …] like the samples, in the caller's scope.</summary>
    public static Tensor Draw(Tensor samples, double p, double radius, long seed, int step, ReadOnlySpan<int> indices)
    {
        var shape = samples.shape;
        var streams = indices.ToArray();
        var values = new float[checked((int)samples.numel())];
        var (rows, size) = ((int)shape[0], values.Length / (int)shape[0]);
        Parallel.For(0, rows, row =>
        {
            var stream = streams.Length == 0 ? row : streams[row];
            var random = new CounterRandom(seed, RandomPurpose.AttackStart, (uint)stream, (uint)step);
            Fill(ref random, values.AsSpan(row * size, size), p, radius);
        });
        return tensor(values, shape, samples.dtype, samples.device);
    }

    private static void Fill(ref CounterRandom random, Span<float> values, double p, double radius)
    {
        if (double.IsPositiveInfinity(p))
        {
            foreach (ref var value in values)
            {
                value = (float)random.Uniform(-radius, radius);
            }

            return;
        }

        var sum = Exponential(ref random);
        foreach (ref var value in values)
        {
            value = (float)(p == 1 ? Laplace(ref random) : random.Normal() * Math.Sqrt(0.5));
            sum += p == 1 ? Math.Abs(value) : (double)value * value;
        }

        var scale = radius / (p == 1 ? sum : Math.Sqrt(sum));
        foreach (ref var value in values)
        {
            value = (float)(value * scale);
        }
    }

    private static double Exponential(ref CounterRandom random) => -Math.Log(1 - random.NextDouble());

    private static double Laplace(ref CounterRandom random) => Exponential(ref random) * ((random.Next() >> 31) == 0 ? 1 : -1);
}
