using System.Globalization;
using SelfSupervised.Core;
using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Synthetic;

/// <summary>Coloured shapes of known colour, shape, size, orientation and place, rendered when they are read.</summary>
/// <remarks>
/// <para>
/// Images are [3, S, S]. The factors are, in this order, colour, shape, size, orientation, x and y, drawn independently
/// and uniformly. Image i follows from the seed and i alone: neither from the number of images nor from the order in
/// which they are read. At size v the area is (0.342·v·S)² square pixels for every shape. Orientation turns against
/// the clock, x goes to the right and y down, both between 0.3·S and 0.7·S, so that no sprite is cut off. An edge pixel
/// is mixed by how far the edge is from its centre; a pixel more than one inside has the colour itself.
/// </para>
/// <para>
/// After dSprites (Matthey, Higgins, Hassabis, Lerchner, 2017), and like it in its square, ellipse and heart, its sizes,
/// its number of orientations and places. Unlike there: sprites have colours and soft edges, there are three more shapes,
/// and no two orientation values are the same angle (though squares and other shapes do have symmetries).
/// </para>
/// </remarks>
public sealed class Sprites : ImageSet
{
    private readonly SpriteRenderer _renderer;
    private readonly long _seed;

    /// <summary>Creates a set. Its factors are drawn at once, its images when they are read.</summary>
    /// <param name="count">N, at least 1.</param>
    /// <param name="seed">What everything follows from. Take different seeds for training and testing.</param>
    /// <param name="options">How the sprites look. Default: a <see cref="SpriteOptions"/> as it is created.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    /// <exception cref="ArgumentException">An option makes no sense.</exception>
    public Sprites(int count, long seed, SpriteOptions? options = null)
        : this(Draw(count, seed, Checked(options)), seed, options ?? new())
    {
    }

    private Sprites(Factor[] factors, long seed, SpriteOptions options)
        : base(
            factors[0].Values.Length,
            new ImageShape(3, options.Size, options.Size),
            factors.Single(factor => factor.Name == options.Label),
            factors) =>
        (_renderer, _seed) = (new SpriteRenderer(options), seed);

    /// <summary>The names of the factors, in their order.</summary>
    public static IReadOnlyList<string> FactorNames { get; } = ["colour", "shape", "size", "orientation", "x", "y"];

    /// <summary>Renders the sprite with given values of the factors, which may be none of the set's images.</summary>
    /// <param name="values">One value per factor, in the order of <see cref="ImageSet.Factors"/>.</param>
    /// <param name="texture">The image whose background it gets, from 0 up, if backgrounds are textured.</param>
    /// <param name="image">Where to write it: exactly 3·S·S bytes.</param>
    /// <exception cref="ArgumentException">There is another number of values, or the place has another size.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value or the texture is out of range.</exception>
    public void Render(ReadOnlySpan<int> values, int texture, Span<byte> image)
    {
        Guard.Length(values.Length, Factors.Count, nameof(values));
        Guard.AtLeast(texture, 0, nameof(texture));
        Guard.Length(image.Length, Shape.Size, nameof(image));
        for (var k = 0; k < values.Length; k++)
        {
            Guard.Index(values[k], Factors[k].Cardinality, Factors[k].Name);
        }

        _renderer.Render(values, Texture(texture), image);
    }

    /// <inheritdoc/>
    protected override void ReadImage(int index, Span<byte> image)
    {
        Span<int> values = stackalloc int[Factors.Count];
        for (var k = 0; k < values.Length; k++)
        {
            values[k] = Factors[k].Values[index];
        }

        _renderer.Render(values, Texture(index), image);
    }

    private CounterRandom Texture(int index) => new(_seed, RandomPurpose.SpriteTexture, (uint)index);

    private static SpriteOptions Checked(SpriteOptions? options)
    {
        options ??= new();
        options.Check();
        return options;
    }

    private static Factor[] Draw(int count, long seed, SpriteOptions options)
    {
        Guard.AtLeast(count, 1, nameof(count));
        int[] cardinalities =
            [options.Colours, options.Shapes.Count, options.Sizes, options.Orientations, options.Positions, options.Positions];
        var values = Array.ConvertAll(cardinalities, _ => new int[count]);
        for (var i = 0; i < count; i++)
        {
            var random = new CounterRandom(seed, RandomPurpose.SpriteFactors, (uint)i);
            for (var k = 0; k < values.Length; k++)
            {
                values[k][i] = random.Below(cardinalities[k]);
            }
        }

        string[] shapes = [.. options.Shapes.Select(shape => shape.ToString().ToLower(CultureInfo.InvariantCulture))];
        return [.. values.Select((all, k) => FactorNames[k] == "shape"
            ? new Factor("shape", all, shapes)
            : new Factor(FactorNames[k], all, cardinalities[k]))];
    }
}
