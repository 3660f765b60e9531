using SelfSupervised.Core;
using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Synthetic;

/// <summary>Clouds: random values on a coarse grid, smoothly joined, for each channel of an image.</summary>
internal static class SpriteTexture
{
    private const int Cells = 4;
    private const double Brightest = 127.5;

    /// <summary>Writes every pixel of a square image, from 0 to one half of white.</summary>
    public static void Fill(Span<byte> image, int size, ref CounterRandom random)
    {
        Span<double> grid = stackalloc double[(Cells + 1) * (Cells + 1)];
        for (var start = 0; start < image.Length; start += size * size)
        {
            foreach (ref var value in grid)
            {
                value = random.NextDouble() * Brightest;
            }

            FillChannel(image.Slice(start, size * size), size, grid);
        }
    }

    private static void FillChannel(Span<byte> pixels, int size, ReadOnlySpan<double> grid)
    {
        Span<double> line = stackalloc double[Cells + 1];
        for (var row = 0; row < size; row++)
        {
            var (above, down) = Place(row, size);
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = Mix(grid[(above * line.Length) + i], grid[((above + 1) * line.Length) + i], down);
            }

            for (var column = 0; column < size; column++)
            {
                var (before, along) = Place(column, size);
                pixels[(row * size) + column] = (byte)(Mix(line[before], line[before + 1], along) + 0.5);
            }
        }
    }

    // The cell that a pixel's centre is in, and how far between its borders, with no slope at either.
    private static (int Cell, double Share) Place(int pixel, int size)
    {
        var place = (pixel + 0.5) * Cells / size;
        var part = place - (int)place;
        return ((int)place, part * part * (3 - (2 * part)));
    }

    private static double Mix(double from, double to, double share) => from + ((to - from) * share);
}
