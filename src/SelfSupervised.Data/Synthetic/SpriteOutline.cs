namespace SelfSupervised.Data.Synthetic;

/// <summary>The shapes at area 1, with their centre of mass at the origin.</summary>
internal static class SpriteOutline
{
    /// <summary>No point of a shape is farther from the origin: the triangle's corners, √(4/(3√3)).</summary>
    public const double Radius = 0.8773826753016616;

    // Half a square's side; the ellipse's half axes, a = 2b with πab = 1; the disc's radius.
    private const double HalfSquare = 0.5;
    private const double LongAxis = 0.7978845608028654;
    private const double ShortAxis = LongAxis / 2;
    private const double DiscRadius = 0.5641895835477563;

    // A fifth of the area is one square of the cross.
    private const double HalfArm = 0.22360679774997896;

    // The heart's square has the side 2a and its half discs the radius a, with (4 + π)a² = 1. Its centre of mass is above
    // the square's middle by a(π/√2 + 4/(3√2))/(4 + π).
    private const double HeartRadius = 0.37419886207455166;
    private const double HeartRise = HeartRadius * 0.4430735081299693;
    private const double Diagonal = 0.7071067811865476;

    /// <summary>
    /// The signed distance of a point from the edge, negative inside: exact along an edge, approximate at corners and far
    /// from the edge. x goes to the right, y down.
    /// </summary>
    public static double Distance(SpriteShape shape, double x, double y) => shape switch
    {
        SpriteShape.Square => Math.Max(Math.Abs(x), Math.Abs(y)) - HalfSquare,
        SpriteShape.Ellipse => Ellipse(x, y),
        SpriteShape.Heart => Heart(Math.Abs(x), HeartRise - y),
        SpriteShape.Disc => Length(x, y) - DiscRadius,
        SpriteShape.Triangle => Math.Max(y, (Math.Abs(x) * Math.Sqrt(0.75)) - (y / 2)) - (Radius / 2),
        _ => Cross(Math.Abs(x), Math.Abs(y)),
    };

    // The implicit function over the length of its gradient.
    private static double Ellipse(double x, double y)
    {
        var level = Length(x / LongAxis, y / ShortAxis);
        var gradient = Length(x / (LongAxis * LongAxis), y / (ShortAxis * ShortAxis));
        return gradient > 0 ? level * (level - 1) / gradient : -ShortAxis;
    }

    // From the square's middle; up is positive.
    private static double Heart(double right, double up)
    {
        var square = ((right + Math.Abs(up)) * Diagonal) - HeartRadius;
        var disc = Length(right - (HeartRadius * Diagonal), up - (HeartRadius * Diagonal)) - HeartRadius;
        return Math.Min(square, disc);
    }

    private static double Cross(double x, double y) => Math.Min(
        Math.Max(x - (3 * HalfArm), y - HalfArm),
        Math.Max(x - HalfArm, y - (3 * HalfArm)));

    private static double Length(double x, double y) => Math.Sqrt((x * x) + (y * y));
}
