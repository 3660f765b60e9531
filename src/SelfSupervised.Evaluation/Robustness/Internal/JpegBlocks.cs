namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>What JPEG does to one component: cosine transform of 8×8 blocks, rounding to multiples, and back.</summary>
internal sealed class JpegBlocks
{
    private const int Side = 8;

    // The tables of ITU-T T.81, annex K.1.
    private static readonly int[] Luminance =
    [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51, 87, 80, 62,
        18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ];

    private static readonly int[] Chrominance =
    [
        17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99, 99, 47, 66, 99, 99, 99, 99, 99, 99,
        99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
    ];

    // Row u is the cosine of frequency u, orthonormal.
    private static readonly double[] Cosines = Enumerable.Range(0, Side * Side).Select(i =>
        Math.Sqrt((i < Side ? 1.0 : 2.0) / Side) * Math.Cos(((2 * (i % Side)) + 1) * (i / Side) * Math.PI / 16)).ToArray();

    private readonly int[] _steps;

    /// <summary>The table's numbers scaled for a quality of 1 to 100 as libjpeg does.</summary>
    public JpegBlocks(int quality, bool chrominance)
    {
        var scale = quality < 50 ? 5000 / quality : 200 - (2 * quality);
        _steps = Array.ConvertAll(chrominance ? Chrominance : Luminance, one => Math.Clamp(((one * scale) + 50) / 100, 1, 255));
    }

    /// <summary>In place; what is missing of blocks at the right and at the bottom repeats the last column and row.</summary>
    public void Apply(int[] samples, int height, int width)
    {
        var (block, other) = (new double[Side * Side], new double[Side * Side]);
        for (var top = 0; top < height; top += Side)
        {
            for (var left = 0; left < width; left += Side)
            {
                for (var i = 0; i < block.Length; i++)
                {
                    var (y, x) = (Math.Min(top + (i / Side), height - 1), Math.Min(left + (i % Side), width - 1));
                    block[i] = samples[(y * width) + x] - 128;
                }

                Lose(block, other);
                for (var i = 0; i < block.Length; i++)
                {
                    var (y, x) = (top + (i / Side), left + (i % Side));
                    if (y < height && x < width)
                    {
                        samples[(y * width) + x] = (int)Math.Clamp(Math.Floor(block[i] + 128.5), 0, 255);
                    }
                }
            }
        }
    }

    private void Lose(double[] block, double[] other)
    {
        Transform(block, other, inverse: false);
        Transform(other, block, inverse: false);
        for (var i = 0; i < block.Length; i++)
        {
            block[i] = _steps[i] * Math.Round(block[i] / _steps[i], MidpointRounding.AwayFromZero);
        }

        Transform(block, other, inverse: true);
        Transform(other, block, inverse: true);
    }

    // The rows' transform, transposed: twice, it is that of rows and columns.
    private static void Transform(double[] from, double[] to, bool inverse)
    {
        for (var row = 0; row < Side; row++)
        {
            for (var u = 0; u < Side; u++)
            {
                var sum = 0.0;
                for (var i = 0; i < Side; i++)
                {
                    sum += from[(row * Side) + i] * Cosines[inverse ? (i * Side) + u : (u * Side) + i];
                }

                to[(u * Side) + row] = sum;
            }
        }
    }
}
