using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SelfSupervised.Core.Views.Host;

/// <summary>Blurs a host image, its rows and its columns with the same weights.</summary>
internal static class HostBlur
{
    private const int Lanes = HostImage.Lanes;

    public static void Apply(HostImage image, ReadOnlySpan<float> taps, BorderMode border)
    {
        var (width, radius) = (image.Width, taps.Length / 2);
        image.Rows.Start(image.Height, taps.Length);
        Resampling.Blur(image.Rows, taps, border);

        // A row that has been summed with its neighbours, continued at both ends.
        var line = image.Scratch(width + (2 * radius) + Lanes);
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var from = image.Plane(channel);
            var to = image.OtherPlane(channel);
            for (var row = 0; row < image.Height; row++)
            {
                HostResampler.SumRows(from, width, line[radius..], width, image.Rows, row);
                Continue(line, width, radius, border);
                SumAlong(line, to[(row * width)..], width, taps);
            }
        }

        image.Swap(image.Height, width);
    }

    private static void Continue(Span<float> line, int width, int radius, BorderMode border)
    {
        for (var away = 1; away <= radius; away++)
        {
            var (before, after) = (radius - away, radius + width - 1 + away);
            line[before] = border == BorderMode.Zero ? 0 : line[radius + Resampling.Mirrored(-away, width)];
            line[after] = border == BorderMode.Zero ? 0 : line[radius + Resampling.Mirrored(width - 1 + away, width)];
        }
    }

    private static void SumAlong(Span<float> line, Span<float> sum, int width, ReadOnlySpan<float> taps)
    {
        ref var from = ref MemoryMarshal.GetReference(line);
        ref var to = ref MemoryMarshal.GetReference(sum);
        nuint x = 0;
        for (; x + (4 * Lanes) <= (nuint)width; x += 4 * Lanes)
        {
            var (a, b, c, d) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            for (var tap = 0; tap < taps.Length; tap++)
            {
                var weight = Vector256.Create(taps[tap]);
                var at = x + (nuint)tap;
                a += Vector256.LoadUnsafe(ref from, at) * weight;
                b += Vector256.LoadUnsafe(ref from, at + Lanes) * weight;
                c += Vector256.LoadUnsafe(ref from, at + (2 * Lanes)) * weight;
                d += Vector256.LoadUnsafe(ref from, at + (3 * Lanes)) * weight;
            }

            a.StoreUnsafe(ref to, x);
            b.StoreUnsafe(ref to, x + Lanes);
            c.StoreUnsafe(ref to, x + (2 * Lanes));
            d.StoreUnsafe(ref to, x + (3 * Lanes));
        }

        for (; x < (nuint)width; x += Lanes)
        {
            var a = Vector256<float>.Zero;
            for (var tap = 0; tap < taps.Length; tap++)
            {
                a += Vector256.LoadUnsafe(ref from, x + (nuint)tap) * Vector256.Create(taps[tap]);
            }

            a.StoreUnsafe(ref to, x);
        }
    }
}
