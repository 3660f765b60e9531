namespace SelfSupervised.Evaluation.Reports.Internal;

/// <summary>The colour and the shape of the i-th thing of a chart: neighbours differ in both.</summary>
internal static class Marker
{
    private const int Colours = 10;
    private const int Shapes = 4;

    /// <summary>The class that the style sheet gives a colour.</summary>
    public static string Colour(int index) => $"c{Numbers.Integer(index % Colours)}";

    /// <summary>Writes a shape's outline around a point as a part of a path: disc, square, triangle, diamond.</summary>
    /// <remarks>The next ten take another shape of the same colour.</remarks>
    public static HtmlWriter Shape(HtmlWriter html, int index, double x, double y, double size) =>
        ((index + (index / Colours)) % Shapes) switch
        {
            0 => html.Add($"M{x - size} {y}a{size} {size} 0 1 0 {2 * size} 0a{size} {size} 0 1 0 {-2 * size} 0z"),
            1 => html.Add($"M{x - (0.9 * size)} {y - (0.9 * size)}h{1.8 * size}v{1.8 * size}h{-1.8 * size}z"),
            2 => html.Add($"M{x} {y - (1.2 * size)}l{1.2 * size} {2.1 * size}h{-2.4 * size}z"),
            _ => html.Add($"M{x} {y - (1.3 * size)}l{1.3 * size} {1.3 * size}-{1.3 * size} {1.3 * size}-{1.3 * size}-{1.3 * size}z"),
        };

    /// <summary>A legend of names, each behind its marker, which a line crosses on request.</summary>
    public static void Legend(HtmlWriter html, IReadOnlyList<string> names, bool lines)
    {
        html.Add($"<ul class=\"legend\">");
        for (var i = 0; i < names.Count; i++)
        {
            html.Add($"<li><svg class=\"key\" viewBox=\"0 0 20 12\" aria-hidden=\"true\">");
            if (lines)
            {
                html.Add($"<path class=\"line {Colour(i)}\" d=\"M0 6h20\"/>");
            }

            html.Add($"<path class=\"mark {Colour(i)}\" d=\"");
            Shape(html, i, 10, 6, 4).Add($"\"/></svg>{names[i]}</li>");
        }

        html.Add($"</ul>");
    }
}
