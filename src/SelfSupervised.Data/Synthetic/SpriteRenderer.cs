using SelfSupervised.Core;
using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Synthetic;

/// <summary>Draws a sprite from the values of its factors.</summary>
internal sealed class SpriteRenderer
{
    // The largest sprite's corners reach this share of the image's side away from its middle.
    private const double Margin = 0.3;

    private readonly SpriteOptions _options;
    private readonly byte[][] _colours;

    public SpriteRenderer(SpriteOptions options)
    {
        _options = options;
        _colours = [.. Enumerable.Range(0, options.Colours).Select(i => Hue(i / (double)options.Colours))];
    }

    /// <param name="values">Colour, shape, size, orientation, x, y.</param>
    /// <param name="texture">What the background is drawn from.</param>
    /// <param name="image">3·S·S bytes.</param>
    public void Render(ReadOnlySpan<int> values, CounterRandom texture, Span<byte> image)
    {
        if (_options.Background == SpriteBackground.Texture)
        {
            SpriteTexture.Fill(image, _options.Size, ref texture);
        }
        else
        {
            image.Clear();
        }

        var side = Margin / SpriteOutline.Radius * _options.Size * Between(0.5, 1, values[2], _options.Sizes, alone: 1);
        var turn = 2 * Math.PI * values[3] / _options.Orientations;
        var x = Between(Margin, 1 - Margin, values[4], _options.Positions, alone: 0.5) * _options.Size;
        var y = Between(Margin, 1 - Margin, values[5], _options.Positions, alone: 0.5) * _options.Size;
        Draw(image, _colours[values[0]], _options.Shapes[values[1]], side, turn, x, y);
    }

    private void Draw(Span<byte> image, byte[] colour, SpriteShape shape, double side, double turn, double x, double y)
    {
        var size = _options.Size;
        var reach = (side * SpriteOutline.Radius) + 1;
        var (cos, sin) = (Math.Cos(turn) / side, Math.Sin(turn) / side);
        var (left, right) = (Math.Max(0, (int)(x - reach)), Math.Min(size - 1, (int)(x + reach)));
        var (top, bottom) = (Math.Max(0, (int)(y - reach)), Math.Min(size - 1, (int)(y + reach)));
        for (var row = top; row <= bottom; row++)
        {
            var dy = row + 0.5 - y;
            for (var column = left; column <= right; column++)
            {
                // Turned back, with the clock; distances are in pixels.
                var dx = column + 0.5 - x;
                var distance = side * SpriteOutline.Distance(shape, (dx * cos) - (dy * sin), (dx * sin) + (dy * cos));
                var cover = Math.Clamp(0.5 - distance, 0, 1);
                for (var (channel, pixel) = (0, (row * size) + column); cover > 0 && channel < 3; channel++, pixel += size * size)
                {
                    image[pixel] = (byte)((image[pixel] * (1 - cover)) + (colour[channel] * cover) + 0.5);
                }
            }
        }
    }

    private static double Between(double low, double high, int value, int count, double alone) =>
        count == 1 ? alone : low + ((high - low) * value / (count - 1));

    // A colour of full value and saturation 0.8.
    private static byte[] Hue(double hue)
    {
        return [Channel(0), Channel(2), Channel(4)];

        // How far the hue is from the channel's own, in sixths of the circle.
        byte Channel(int own)
        {
            var away = Math.Abs(((hue * 6) - own + 9) % 6 - 3);
            return (byte)Math.Round(255 * (1 - (0.8 * Math.Clamp(away - 1, 0, 1))));
        }
    }
}
