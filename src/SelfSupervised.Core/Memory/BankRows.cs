using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Memory;

/// <summary>The rows that a bank begins with; each is a function of the seed and its number.</summary>
internal static class BankRows
{
    private const int BlockSize = 1 << 22;

    /// <summary>Float32 [n, d] on the CPU, uniform within ±1/√(d/3), then normalised if asked for; in the caller's scope.</summary>
    public static Tensor Draw(int count, int dimension, long seed, bool unit)
    {
        var rows = empty([count, dimension], dtype: ScalarType.Float32);
        var perBlock = Math.Max(1, BlockSize / dimension);
        for (var first = 0; first < count; first += perBlock)
        {
            using var scope = NewDisposeScope();
            var size = Math.Min(perBlock, count - first);
            var (start, values) = (first, new float[size * dimension]);
            Parallel.For(0, size, row => Draw(values.AsSpan(row * dimension, dimension), seed, start + row, unit));
            rows.narrow(0, first, size).copy_(tensor(values, [size, dimension]));
        }

        return rows;
    }

    private static void Draw(Span<float> row, long seed, int number, bool unit)
    {
        var random = new CounterRandom(seed, RandomPurpose.BankRows, (uint)number);
        var (bound, square) = (1 / Math.Sqrt(row.Length / 3.0), 0.0);
        foreach (ref var value in row)
        {
            value = (float)random.Uniform(-bound, bound);
            square += (double)value * value;
        }

        if (unit)
        {
            var scale = 1 / Math.Max(Math.Sqrt(square), 1e-12);
            foreach (ref var value in row)
            {
                value = (float)(value * scale);
            }
        }
    }
}
