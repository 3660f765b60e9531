namespace SelfSupervised.Data.Internal;

/// <summary>Random numbers that are a pure function of (seed, domain, stream) and their place in the stream.</summary>
/// <remarks>
/// Philox4x32-10: Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", 2011. The key is the seed, the counter
/// (block, stream, 0, domain), least significant word first. What is drawn from it depends on no library's version.
/// </remarks>
internal struct CounterRandom
{
    private readonly uint _key0;
    private readonly uint _key1;
    private readonly uint _stream;
    private readonly uint _domain;
    private uint _block;
    private UInt128 _words;
    private int _left;

    /// <param name="seed">The user's seed.</param>
    /// <param name="domain">What the numbers are for, so that two uses of a seed share none.</param>
    /// <param name="stream">Which of them: an epoch, an image.</param>
    public CounterRandom(long seed, Domain domain, int stream)
    {
        (_key0, _key1) = ((uint)seed, (uint)(seed >> 32));
        (_stream, _domain) = ((uint)stream, (uint)domain);
    }

    public enum Domain
    {
        Order = 1,
        SpriteFactors = 2,
        SpriteTexture = 3,
    }

    public uint Next()
    {
        if (_left == 0)
        {
            (_words, _left) = (Words(_block++), 4);
        }

        var word = (uint)_words;
        (_words, _left) = (_words >> 32, _left - 1);
        return word;
    }

    /// <summary>Uniform in [0, 1), in steps of 2⁻³².</summary>
    public double NextDouble() => Next() * (1 / 4294967296.0);

    /// <summary>Uniform in 0..count−1 without bias (Lemire, 2019, arXiv:1805.10941).</summary>
    public int Below(int count)
    {
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

    private readonly UInt128 Words(uint block)
    {
        var (c0, c1, c2, c3) = (block, _stream, 0u, _domain);
        var (k0, k1) = (_key0, _key1);
        for (var round = 0; round < 10; round++)
        {
            var (p0, p1) = (0xD2511F53UL * c0, 0xCD9E8D57UL * c2);
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            (k0, k1) = (k0 + 0x9E3779B9, k1 + 0xBB67AE85);
        }

        return new UInt128(((ulong)c3 << 32) | c2, ((ulong)c1 << 32) | c0);
    }
}
