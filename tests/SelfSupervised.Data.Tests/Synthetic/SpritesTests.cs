using System.Security.Cryptography;
using SelfSupervised.Core;
using SelfSupervised.Data.Synthetic;

namespace SelfSupervised.Data.Tests.Synthetic;

public sealed class SpritesTests
{
    private static readonly SpriteOptions _textured = new() { Background = SpriteBackground.Texture };

    [Fact]
    public void Images_OtherCountOrOrder_AreTheSame()
    {
        var (few, many) = (new Sprites(50, seed: 9, _textured), new Sprites(500, seed: 9, _textured));
        using var backwards = many.Batch([.. Enumerable.Range(0, 50).Reverse()]);
        for (var i = 0; i < 50; i++)
        {
            Image(few, i).Should().Equal(backwards.Pixels.Slice((49 - i) * 3072, 3072).ToArray());
            few.Factors.Select(factor => factor.Values[i]).Should().Equal(many.Factors.Select(factor => factor.Values[i]));
        }
    }

    [Fact]
    public void ToMemory_ManyThreads_RendersTheSameBytes()
    {
        var sprites = new Sprites(2000, seed: 9, _textured);
        var memory = sprites.ToMemory();
        for (var i = 0; i < sprites.Count; i++)
        {
            memory.Bytes(i).SequenceEqual(Image(sprites, i)).Should().BeTrue();
        }
    }

    [Fact]
    public void Images_OtherSeeds_AreOthers()
    {
        long[] seeds = [0, 1, 2, -1, 1L << 32];
        seeds.Select(seed => Convert.ToHexString(SHA256.HashData(Image(new Sprites(1, seed, _textured), 0)))).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Texture_TwoImagesOfEqualFactors_Differ()
    {
        var sprites = new Sprites(1, seed: 9, _textured);
        Rendered(sprites, [0, 0, 0, 0, 0, 0], texture: 1).Should().NotEqual(Rendered(sprites, [0, 0, 0, 0, 0, 0], texture: 2));
    }

    [Fact]
    public void Texture_FarFromTheSprite_IsAtMostOneHalfAndNotFlat()
    {
        // A sprite at the lower right leaves the upper third alone.
        var image = Rendered(new Sprites(1, seed: 9, _textured), [0, 0, 0, 0, 31, 31], texture: 0);
        var pixels = Enumerable.Range(0, 3).SelectMany(channel => image.Skip(channel * 1024).Take(320)).ToArray();
        pixels.Should().OnlyContain(value => value <= 128);
        pixels.Distinct().Should().HaveCountGreaterThan(40);
    }

    [Fact]
    public void Factors_Defaults_HaveNamesCardinalitiesAndTheShapeAsLabel()
    {
        var sprites = new Sprites(10, seed: 0);
        sprites.Factors.Select(factor => (factor.Name, factor.Cardinality)).Should().Equal(
            ("colour", 8), ("shape", 6), ("size", 6), ("orientation", 40), ("x", 32), ("y", 32));
        sprites.Factors.Select(factor => factor.Name).Should().Equal(Sprites.FactorNames);
        sprites.Labels.Should().BeSameAs(sprites.Factors[1]);
        sprites.Labels!.ValueNames.Should().Equal("square", "ellipse", "heart", "disc", "triangle", "cross");
        sprites.Shape.Should().Be(new ImageShape(3, 32, 32));
    }

    [Fact]
    public void Factors_Options_SetCardinalitiesAndLabel()
    {
        var options = new SpriteOptions
        {
            Size = 64,
            Colours = 2,
            Shapes = [SpriteShape.Disc, SpriteShape.Cross],
            Sizes = 1,
            Orientations = 4,
            Positions = 5,
            Label = "colour",
        };
        var sprites = new Sprites(10, seed: 0, options);
        sprites.Factors.Select(factor => factor.Cardinality).Should().Equal(2, 2, 1, 4, 5, 5);
        sprites.Labels!.Name.Should().Be("colour");
        sprites.Factors[1].ValueNames.Should().Equal("disc", "cross");
        sprites.Shape.Should().Be(new ImageShape(3, 64, 64));
    }

    [Fact]
    public void Factors_ManyImages_AreUniformAndUncorrelated()
    {
        // A count of n·p deviates by 5 standard deviations once in a million; there are fewer than 200 of them.
        const int Count = 40_000;
        var sprites = new Sprites(Count, seed: 123);
        foreach (var factor in sprites.Factors)
        {
            var p = 1.0 / factor.Cardinality;
            foreach (var group in Enumerable.Range(0, factor.Cardinality).GroupJoin(factor.Values.ToArray(), i => i, v => v, (_, all) => all.Count()))
            {
                Math.Abs(group - (Count * p)).Should().BeLessThan(5 * Math.Sqrt(Count * p * (1 - p)));
            }
        }

        for (var a = 0; a < 6; a++)
        {
            for (var b = 0; b < a; b++)
            {
                Math.Abs(Correlation(sprites.Factors[a].Values.ToArray(), sprites.Factors[b].Values.ToArray()))
                    .Should().BeLessThan(5 / Math.Sqrt(Count));
            }
        }
    }

    [Fact]
    public void Render_AnImagesOwnFactors_GivesTheImage()
    {
        var sprites = new Sprites(20, seed: 5, _textured);
        for (var i = 0; i < 20; i++)
        {
            Rendered(sprites, [.. sprites.Factors.Select(factor => factor.Values[i])], texture: i).Should().Equal(Image(sprites, i));
        }
    }

    [Fact]
    public void Render_BadValues_Throws()
    {
        var sprites = new Sprites(1, seed: 5);
        FluentActions.Invoking(() => Rendered(sprites, [0, 6, 0, 0, 0, 0])).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected `shape` to be from 0 to 5, but got 6.*");
        FluentActions.Invoking(() => Rendered(sprites, [0, 0])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `values` to hold 6 elements, but it holds 2.*");
        FluentActions.Invoking(() => Rendered(sprites, new int[6], texture: -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("texture");
        FluentActions.Invoking(() => sprites.Render(new int[6], 0, new byte[3071])).Should().Throw<ArgumentException>();
    }

    public static TheoryData<SpriteOptions, string> BadOptions => new()
    {
        { new() { Size = 7 }, "Expected `Size` to be at least 8, but got 7.*" },
        { new() { Colours = 0 }, "Expected `Colours` to be at least 1, but got 0.*" },
        { new() { Sizes = 0 }, "Expected `Sizes` to be at least 1, but got 0.*" },
        { new() { Orientations = 0 }, "Expected `Orientations` to be at least 1, but got 0.*" },
        { new() { Positions = 0 }, "Expected `Positions` to be at least 1, but got 0.*" },
        { new() { Shapes = [] }, "Expected `Shapes` to hold at least one shape and none twice, but it holds none." },
        { new() { Shapes = [SpriteShape.Disc, SpriteShape.Disc] }, "*but it holds Disc, Disc." },
        { new() { Background = (SpriteBackground)5 }, "Expected `Background` to be Black or Texture, but got 5." },
        { new() { Label = "hue" }, "Expected `Label` to be one of colour, shape, size, orientation, x, y, but got hue." },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Constructor_BadOption_Throws(SpriteOptions options, string message) =>
        FluentActions.Invoking(() => new Sprites(1, 0, options)).Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void Constructor_NoImage_Throws() =>
        FluentActions.Invoking(() => new Sprites(0, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");

    private static byte[] Image(Sprites sprites, int index)
    {
        var image = new byte[sprites.Shape.Size];
        sprites.Read(index, image);
        return image;
    }

    private static byte[] Rendered(Sprites sprites, int[] values, int texture = 0)
    {
        var image = new byte[sprites.Shape.Size];
        sprites.Render(values, texture, image);
        return image;
    }

    private static double Correlation(int[] a, int[] b)
    {
        var (meanA, meanB) = (a.Average(), b.Average());
        var covariance = a.Zip(b, (x, y) => (x - meanA) * (y - meanB)).Sum();
        return covariance / Math.Sqrt(a.Sum(x => (x - meanA) * (x - meanA)) * b.Sum(y => (y - meanB) * (y - meanB)));
    }
}
