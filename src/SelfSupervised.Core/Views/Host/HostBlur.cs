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

        // Along a row, each result is the sum of one after the other of the row's numbers: as of rows that are one number apart.
        image.Columns.Start(1, taps.Length);
        taps.CopyTo(image.Columns.Weight());
        for (var tap = 0; tap < taps.Length; tap++)
        {
            image.Columns.Index()[tap] = tap;
        }

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
                HostResampler.SumRows(line, 1, to[(row * width)..], width, image.Columns, 0);
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
}
