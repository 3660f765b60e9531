using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Testing;

/// <summary>Seeded tensors whose values don't depend on libtorch's version or device.</summary>
public static class RandomTensors
{
    /// <summary>Independent standard normal values.</summary>
    public static Tensor Normal(int seed, long[] shape, ScalarType type = ScalarType.Float64, bool requiresGrad = false)
    {
        var values = NormalValues(seed, shape.Aggregate(1L, (product, size) => product * size));

        // Not by tensor's own argument: what it converts is no leaf.
        return tensor(values, shape, dtype: type).requires_grad_(requiresGrad);
    }

    /// <summary>A module with independent normal parameters, of a standard deviation of 0.4.</summary>
    public static T Filled<T>(T module, int seed)
        where T : nn.Module
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var parameter in module.parameters())
        {
            parameter.copy_(Normal(seed++, parameter.shape, parameter.dtype).mul(0.4));
        }

        return module;
    }

    /// <summary>A random orthogonal matrix [D, D].</summary>
    public static Tensor Orthogonal(int seed, int size)
    {
        var rows = NormalValues(seed, size * size).Chunk(size).ToArray();
        for (var i = 0; i < size; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var along = Dot(rows[i], rows[j]);
                rows[i] = rows[i].Zip(rows[j], (x, y) => x - (along * y)).ToArray();
            }

            var norm = Math.Sqrt(Dot(rows[i], rows[i]));
            rows[i] = rows[i].Select(x => x / norm).ToArray();
        }

        return tensor(rows.SelectMany(row => row).ToArray(), [size, size]);
    }

    /// <summary>A random order of 0..count−1, as Int64.</summary>
    public static Tensor Permutation(int seed, int count)
    {
        var order = Enumerable.Range(0, count).Select(i => (long)i).ToArray();
        new Random(seed).Shuffle(order);
        return tensor(order);
    }

    private static double[] NormalValues(int seed, long count)
    {
        var random = new Random(seed);
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            var radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            values[i] = radius * Math.Cos(2 * Math.PI * random.NextDouble());
        }

        return values;
    }

    private static double Dot(double[] x, double[] y) => x.Zip(y, (a, b) => a * b).Sum();
}
