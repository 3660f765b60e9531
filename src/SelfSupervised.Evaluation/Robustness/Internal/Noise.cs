using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>x + N(0, c²), c = p₀.</summary>
internal sealed class GaussianNoise(double[] p) : ICorruptor
{
    public void Apply(Canvas image, ref CounterRandom random)
    {
        foreach (ref var value in image.Values)
        {
            value += (float)(p[0] * random.Normal());
        }
    }
}

/// <summary>Poisson(c·x)/c, c = p₀.</summary>
internal sealed class ShotNoise(double[] p) : ICorruptor
{
    public void Apply(Canvas image, ref CounterRandom random)
    {
        foreach (ref var value in image.Values)
        {
            value = (float)(Poisson.Draw(value * p[0], ref random) / p[0]);
        }
    }
}

/// <summary>A share of p₀ of the values becomes 0 or 1, each as often.</summary>
internal sealed class ImpulseNoise(double[] p) : ICorruptor
{
    public void Apply(Canvas image, ref CounterRandom random)
    {
        foreach (ref var value in image.Values)
        {
            var draw = random.NextDouble();
            value = draw < p[0] / 2 ? 0 : draw < p[0] ? 1 : value;
        }
    }
}

/// <summary>x + x·N(0, c²), c = p₀.</summary>
internal sealed class SpeckleNoise(double[] p) : ICorruptor
{
    public void Apply(Canvas image, ref CounterRandom random)
    {
        foreach (ref var value in image.Values)
        {
            value += (float)(value * p[0] * random.Normal());
        }
    }
}
