using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Synthetic;

/// <summary>How sprites look and how finely their factors are divided.</summary>
public sealed record SpriteOptions
{
    /// <summary>Height and width in pixels, at least 8. Default 32.</summary>
    public int Size { get; init; } = 32;

    /// <summary>The shapes, at least one, none twice. Default: all.</summary>
    public IReadOnlyList<SpriteShape> Shapes { get; init; } = Enum.GetValues<SpriteShape>();

    /// <summary>The number of colours: that many hues, evenly spaced from red. At least 1. Default 8.</summary>
    public int Colours { get; init; } = 8;

    /// <summary>The number of sizes: that many lengths, evenly spaced from 0.5 to 1 (one alone is 1). At least 1. Default 6.</summary>
    public int Sizes { get; init; } = 6;

    /// <summary>The number of orientations, evenly spaced over the full turn. At least 1. Default 40.</summary>
    public int Orientations { get; init; } = 40;

    /// <summary>The number of places along x and along y (one alone is the middle). At least 1. Default 32.</summary>
    public int Positions { get; init; } = 32;

    /// <summary>What is behind the sprite. Default: black.</summary>
    public SpriteBackground Background { get; init; } = SpriteBackground.Black;

    /// <summary>The factor that is the class: one of <see cref="Sprites.FactorNames"/>. Default "shape".</summary>
    public string Label { get; init; } = "shape";

    internal void Check()
    {
        Guard.AtLeast(Size, 8, nameof(Size));
        Guard.AtLeast(Colours, 1, nameof(Colours));
        Guard.AtLeast(Sizes, 1, nameof(Sizes));
        Guard.AtLeast(Orientations, 1, nameof(Orientations));
        Guard.AtLeast(Positions, 1, nameof(Positions));
        if (Shapes is null or [] || Shapes.Distinct().Count() < Shapes.Count || !Shapes.All(Enum.IsDefined))
        {
            throw new ArgumentException(
                $"Expected `Shapes` to hold at least one shape and none twice, but it holds {(Shapes is null or [] ? "none" : string.Join(", ", Shapes))}.");
        }

        if (!Enum.IsDefined(Background))
        {
            throw new ArgumentException($"Expected `Background` to be Black or Texture, but got {Background}.");
        }

        if (!Sprites.FactorNames.Contains(Label))
        {
            throw new ArgumentException($"Expected `Label` to be one of {string.Join(", ", Sprites.FactorNames)}, but got {Label}.");
        }
    }
}
