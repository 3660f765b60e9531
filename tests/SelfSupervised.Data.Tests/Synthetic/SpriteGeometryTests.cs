using SelfSupervised.Data.Synthetic;

namespace SelfSupervised.Data.Tests.Synthetic;

/// <summary>What is seen in a rendered sprite, measured from its pixels, against what its factors say.</summary>
public sealed class SpriteGeometryTests
{
    private const int Size = 64;

    // Red has the full value in its first channel, so that channel over 255 is how far a pixel is covered.
    private const int Red = 0;

    private static readonly Sprites _sprites = new(1, seed: 0, new SpriteOptions { Size = Size });

    public static TheoryData<SpriteShape> Shapes => [.. Enum.GetValues<SpriteShape>()];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Render_AnySizeAndOrientation_HasTheArea(SpriteShape shape)
    {
        for (var size = 0; size < 6; size++)
        {
            for (var orientation = 0; orientation < 40; orientation += 3)
            {
                var area = Cover(shape, size, orientation, 13, 20).Sum(point => point.Share);
                var side = 0.3419 * Size * (0.5 + (0.1 * size));
                area.Should().BeApproximately(side * side, 0.025 * side * side, $"{shape}, size {size}, orientation {orientation}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Render_AnyPlace_HasItsCentreOfMassThere(SpriteShape shape)
    {
        foreach (var (x, y, orientation) in new[] { (0, 0, 0), (31, 0, 3), (0, 31, 17), (31, 31, 30), (7, 22, 38) })
        {
            var cover = Cover(shape, 5, orientation, x, y);
            var area = cover.Sum(point => point.Share);
            (cover.Sum(point => point.Share * point.X) / area).Should().BeApproximately(Size * (0.3 + (0.4 * x / 31)), 0.1);
            (cover.Sum(point => point.Share * point.Y) / area).Should().BeApproximately(Size * (0.3 + (0.4 * y / 31)), 0.1);
        }
    }

    [Theory]
    [InlineData(SpriteShape.Square, 10)]
    [InlineData(SpriteShape.Cross, 10)]
    [InlineData(SpriteShape.Ellipse, 20)]
    [InlineData(SpriteShape.Disc, 1)]
    public void Render_TurnedByItsSymmetry_IsTheSame(SpriteShape shape, int steps)
    {
        var (before, after) = (Image(0, shape, 4, 3, 10, 20), Image(0, shape, 4, 3 + steps, 10, 20));
        before.Zip(after, (a, b) => Math.Abs(a - b)).Max().Should().BeLessThanOrEqualTo(1);
    }

    [Theory]
    [InlineData(SpriteShape.Triangle, 10)]
    [InlineData(SpriteShape.Heart, 20)]
    [InlineData(SpriteShape.Square, 5)]
    [InlineData(SpriteShape.Ellipse, 10)]
    public void Render_TurnedOtherwise_IsAnother(SpriteShape shape, int steps) =>
        Image(0, shape, 4, 3, 10, 20).Should().NotEqual(Image(0, shape, 4, 3 + steps, 10, 20));

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(27)]
    public void Render_Ellipse_LiesAlongItsOrientationAgainstTheClock(int orientation)
    {
        var cover = Cover(SpriteShape.Ellipse, 5, orientation, 16, 16);
        var (x, y) = (Size * (0.3 + (0.4 * 16 / 31)), Size * (0.3 + (0.4 * 16 / 31)));
        var (xx, yy, xy) = cover.Aggregate((0.0, 0.0, 0.0), (sum, p) => (
            sum.Item1 + (p.Share * (p.X - x) * (p.X - x)),
            sum.Item2 + (p.Share * (p.Y - y) * (p.Y - y)),
            sum.Item3 - (p.Share * (p.X - x) * (p.Y - y))));
        var angle = 0.5 * Math.Atan2(2 * xy, xx - yy);
        var expected = 2 * Math.PI * orientation / 40;
        Math.Sin(angle - expected).Should().BeApproximately(0, 0.02);

        // The moments of an ellipse are as its squared axes, 4 to 1.
        var (half, spread) = ((xx + yy) / 2, Math.Sqrt(((xx - yy) * (xx - yy) / 4) + (xy * xy)));
        ((half + spread) / (half - spread)).Should().BeApproximately(4, 0.15);
    }

    [Fact]
    public void Render_UprightTriangleAndHeart_StandOnBaseAndTip()
    {
        var (triangle, heart) = (Cover(SpriteShape.Triangle, 5, 0, 16, 16), Cover(SpriteShape.Heart, 5, 0, 16, 16));
        Width(triangle, triangle.Max(p => p.Y) - 2).Should().BeGreaterThan(Width(triangle, triangle.Min(p => p.Y) + 2));
        Width(heart, heart.Max(p => p.Y) - 2).Should().BeLessThan(Width(heart, heart.Min(p => p.Y) + 4));
    }

    [Fact]
    public void Render_EveryColour_IsExactInsideAndBlackOutside()
    {
        // Hues by the six-sided cone at saturation 0.8: the least channel is 51.
        int[][] expected = [[255, 51, 51], [255, 204, 51], [153, 255, 51], [51, 255, 102], [51, 255, 255], [51, 102, 255], [153, 51, 255], [255, 51, 204]];
        for (var colour = 0; colour < 8; colour++)
        {
            var image = Image(colour, SpriteShape.Square, 5, 0, 16, 16);
            for (var channel = 0; channel < 3; channel++)
            {
                Pixel(image, channel, 32, 32).Should().Be((byte)expected[colour][channel]);
                Pixel(image, channel, 26, 38).Should().Be((byte)expected[colour][channel]);
                Pixel(image, channel, 2, 2).Should().Be(0);
            }
        }
    }

    [Fact]
    public void Render_Disc_HasSoftEdgesThatAreTheDistancesOfPixels()
    {
        var radius = 0.3419260585432167 * Size / Math.Sqrt(Math.PI);
        foreach (var (x, y, share) in Cover(SpriteShape.Disc, 5, 0, 0, 31))
        {
            var distance = Math.Sqrt(Math.Pow(x - (0.3 * Size), 2) + Math.Pow(y - (0.7 * Size), 2)) - radius;
            share.Should().BeApproximately(Math.Clamp(0.5 - distance, 0, 1), 0.003);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Render_AtTheMargin_IsNotCutOff(SpriteShape shape)
    {
        for (var orientation = 0; orientation < 40; orientation++)
        {
            // The triangle's corners just touch the outermost row or column, which a sprite cut off would fill.
            Cover(shape, 5, orientation, 0, 31).Where(p => p.X < 1 || p.Y > Size - 1).Sum(p => p.Share).Should().BeLessThan(1);
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(33)]
    [InlineData(128)]
    public void Render_OtherImageSizes_Scale(int size)
    {
        var sprites = new Sprites(1, seed: 0, new SpriteOptions { Size = size });
        var image = new byte[sprites.Shape.Size];
        sprites.Render([Red, (int)SpriteShape.Disc, 5, 0, 16, 16], 0, image);
        var area = image.Take(size * size).Sum(value => value / 255.0);
        area.Should().BeApproximately(0.1169 * size * size, 0.04 * 0.1169 * size * size);
    }

    private static byte[] Image(int colour, SpriteShape shape, int size, int orientation, int x, int y)
    {
        var image = new byte[3 * Size * Size];
        _sprites.Render([colour, (int)shape, size, orientation % 40, x, y], 0, image);
        return image;
    }

    private static byte Pixel(byte[] image, int channel, int row, int column) => image[(((channel * Size) + row) * Size) + column];

    private static List<(double X, double Y, double Share)> Cover(SpriteShape shape, int size, int orientation, int x, int y)
    {
        var image = Image(Red, shape, size, orientation, x, y);
        return Enumerable.Range(0, Size * Size).Where(i => image[i] > 0)
            .Select(i => ((i % Size) + 0.5, (i / Size) + 0.5, image[i] / 255.0)).ToList();
    }

    private static double Width(List<(double X, double Y, double Share)> cover, double row) =>
        cover.Where(p => p.Y == row).Sum(p => p.Share);
}
