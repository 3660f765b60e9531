namespace SelfSupervised.Core;

/// <summary>Random numbers that are a pure function of (seed, purpose, stream, step) and their place in the stream.</summary>
/// <remarks>
/// <para>
/// Philox4x32-10: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011. The key is the seed, the counter
/// (block, stream, step, purpose), least significant word first. What is drawn from it depends on no library's version, and
/// not on what else was drawn: an image's numbers are the same in any batch, in any order, on any thread.
/// </para>
/// <para>It is a value: pass it by reference, or what is drawn from a copy is drawn again from the original.</para>
/// </remarks>
public struct CounterRandom
{
    private readonly uint _key0;
    private readonly uint _key1;
    private readonly uint _purpose;
    private readonly uint _stream;
    private readonly uint _step;
    private uint _block;
    private uint _second;
    private uint _third;
    private uint _fourth;
    private int _left;

    /// <summary>Starts at the beginning of a stream.</summary>
    /// <param name="seed">The user's seed; any.</param>
    /// <param name="purpose">
    /// What the numbers are for, so that two uses of a seed share none. The library's own are below 2¹⁶ and from 2³¹ up.
    /// </param>
    /// <param name="stream">Which of many: an image's index, an epoch.</param>
    /// <param name="step">And when: an epoch or a step. Default 0.</param>
    public CounterRandom(long seed, uint purpose, uint stream, uint step = 0)
    {
        (_key0, _key1) = ((uint)seed, (uint)(seed >> 32));
        (_purpose, _stream, _step) = (purpose, stream, step);
    }

    /// <summary>The next 32 bits.</summary>
    /// <returns>Uniform in 0..2³²−1.</returns>
    public uint Next()
    {
        switch (_left--)
        {
            case 3: return _second;
            case 2: return _third;
            case 1: return _fourth;
            default: return NextBlock();
        }
    }

    /// <summary>The next number between 0 and 1.</summary>
    /// <returns>Uniform in [0, 1), in steps of 2⁻³².</returns>
    public double NextDouble() => Next() * (1 / 4294967296.0);

    /// <summary>The next number between two others.</summary>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end, at least <paramref name="low"/>.</param>
    /// <returns>Uniform in [low, high).</returns>
    public double Uniform(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>The next normal number.</summary>
    /// <returns>Normal with mean 0 and deviation 1, of two words (Box and Muller, 1958).</returns>
    public double Normal()
    {
        var radius = Math.Sqrt(-2 * Math.Log((Next() + 1.0) * (1 / 4294967296.0)));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>The next whole number below a bound.</summary>
    /// <param name="count">The bound, at least 1.</param>
    /// <returns>Uniform in 0..count−1, without bias (Lemire, 2019, arXiv:1805.10941).</returns>
    /// <exception cref="ArgumentOutOfRangeException">The bound is below 1.</exception>
    public int Below(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var product = (ulong)Next() * (uint)count;
        if ((uint)product < (uint)count)
        {
            var threshold = (0u - (uint)count) % (uint)count;
            while ((uint)product < threshold)
            {
                product = (ulong)Next() * (uint)count;
            }
        }

        return (int)(product >> 32);
    }

    /// <summary>Puts values into a random order, each as likely: Fisher–Yates (Durstenfeld, 1964).</summary>
    /// <typeparam name="T">The values' type.</typeparam>
    /// <param name="values">The values, in place.</param>
    public void Shuffle<T>(Span<T> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>A random order.</summary>
    /// <param name="count">N, at least 0.</param>
    /// <returns>A permutation of 0..N−1, each as likely.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        Shuffle(order.AsSpan());
        return order;
    }

    private uint NextBlock()
    {
        var (c0, c1, c2, c3) = (_block++, _stream, _step, _purpose);
        var (k0, k1) = (_key0, _key1);
        for (var round = 0; round < 10; round++)
        {
            var (p0, p1) = (0xD2511F53UL * c0, 0xCD9E8D57UL * c2);
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            (k0, k1) = (k0 + 0x9E3779B9, k1 + 0xBB67AE85);
        }

        (_second, _third, _fourth, _left) = (c1, c2, c3, 3);
        return c0;
    }
}
