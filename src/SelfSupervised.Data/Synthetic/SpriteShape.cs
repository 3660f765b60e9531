namespace SelfSupervised.Data.Synthetic;

/// <summary>What a sprite is. At a given size, all shapes have the same area, and their centre of mass is at (x, y).</summary>
public enum SpriteShape
{
    /// <summary>A square.</summary>
    Square,

    /// <summary>An ellipse, twice as long as wide.</summary>
    Ellipse,

    /// <summary>A heart: a square on its corner with a half disc on each of its upper sides.</summary>
    Heart,

    /// <summary>A disc, which no rotation changes.</summary>
    Disc,

    /// <summary>A triangle of equal sides.</summary>
    Triangle,

    /// <summary>A cross of five equal squares.</summary>
    Cross,
}
