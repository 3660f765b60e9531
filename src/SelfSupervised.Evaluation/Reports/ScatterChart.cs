using SelfSupervised.Evaluation.Internal;
using SelfSupervised.Evaluation.Reports.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>Points in the plane, each of a class: a map of embeddings.</summary>
/// <remarks>
/// Both axes have the same scale, and no numbers. Classes differ in colour and shape; the name shows over a point. Some
/// thousands of points make a readable map, at about 35 bytes each.
/// </remarks>
public sealed class ScatterChart : ReportPart
{
    private const double Width = 480;
    private const double Height = 400;
    private const double Margin = 14;
    private const int Layers = 8;
    private readonly (double X, double Y)[] _points;
    private readonly int[] _classes;
    private readonly string[] _names;

    /// <summary>Makes a map.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="points">At least one, finite and at most 1e100 in size.</param>
    /// <param name="classes">The class of each point, from 0 to the number of names less 1.</param>
    /// <param name="names">The classes' names.</param>
    /// <exception cref="ArgumentException">
    /// A list or a text is empty, there are not as many classes as points, a point is not finite, or a class has no name.
    /// </exception>
    public ScatterChart(string title, IEnumerable<(double X, double Y)> points, IEnumerable<int> classes, IEnumerable<string> names)
        : base(Require.Words(title))
    {
        (_points, _classes, _names) = (Require.Some(points, "point"), Require.Some(classes, "class"), Require.Some(names, "name"));
        Require.Lengths(_classes.Length, nameof(classes), _points.Length, nameof(points));
        Require.Finite(_points.SelectMany(point => new[] { point.X, point.Y }).ToArray(), nameof(points));
        foreach (var value in _classes.Where(value => value < 0 || value >= _names.Length))
        {
            throw new ArgumentException($"Expected `classes` to be from 0 to {_names.Length - 1}, as `names` has it, but got {value}.", nameof(classes));
        }
    }

    /// <summary>What the horizontal axis is. Default: nothing is said.</summary>
    public string? XLabel { get; init; }

    /// <summary>What the vertical axis is. Default: nothing is said.</summary>
    public string? YLabel { get; init; }

    private protected override string Kind => "chart";

    /// <summary>Makes a map of tensors.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="points">[N, 2] of floating point, finite, N ≥ 1: as from <see cref="Geometry.PrincipalComponents.Project"/>.</param>
    /// <param name="labels">Int64 [N] on the same device: the class of each point, from 0 to the number of names less 1.</param>
    /// <param name="names">The classes' names.</param>
    /// <returns>The chart.</returns>
    /// <exception cref="ArgumentException">A tensor has another shape, type or device than described above, a point is not finite, or a class has no name.</exception>
    /// <exception cref="ObjectDisposedException">A tensor has been disposed.</exception>
    public static ScatterChart Of(string title, Tensor points, Tensor labels, IEnumerable<string> names)
    {
        Guard.Features(points, nameof(points));
        if (points.shape[1] != 2)
        {
            throw new ArgumentException($"Expected `points` to have shape [N, 2], but got {Guard.Text(points.shape)}.", nameof(points));
        }

        Guard.Labels(labels, nameof(labels), points, nameof(points));
        using var scope = NewDisposeScope();
        var values = Rows.ToArray<double>(points.detach().to(float64));
        return new ScatterChart(
            title, values.Chunk(2).Select(point => (point[0], point[1])), Rows.ToArray<long>(labels).Select(label => (int)label), names);
    }

    private protected override void WriteLegend(HtmlWriter html) => Marker.Legend(html, _names, lines: false);

    private protected override void WriteContent(HtmlWriter html)
    {
        html.Add($"<svg class=\"map\" viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Title}: ");
        html.Add($"{_points.Length} points of {_names.Length} classes: {string.Join(", ", _names)}.\">");
        var place = Places();
        var size = Math.Clamp(116 / Math.Sqrt(_points.Length), 1.6, 4);

        // In layers, so that no class covers all others.
        for (var layer = 0; layer < Layers; layer++)
        {
            foreach (var group in Enumerable.Range(0, _points.Length).Where(i => i % Layers == layer).GroupBy(i => _classes[i]).OrderBy(group => group.Key))
            {
                html.Add($"<path class=\"mark {Marker.Colour(group.Key)}\" d=\"");
                foreach (var (x, y) in group.Select(i => place(_points[i])))
                {
                    Marker.Shape(html, group.Key, x, y, size);
                }

                html.Add($"\"><title>{_names[group.Key]}</title></path>");
            }
        }

        html.Add($"<text class=\"name end\" x=\"{Width - 10}\" y=\"{Height - 9}\">{XLabel}</text>");
        html.Add($"<text class=\"name\" x=\"10\" y=\"18\">{YLabel}</text></svg>");
    }

    private Func<(double X, double Y), (double X, double Y)> Places()
    {
        var (left, right) = (_points.Min(point => point.X), _points.Max(point => point.X));
        var (bottom, top) = (_points.Min(point => point.Y), _points.Max(point => point.Y));
        var unit = Math.Min((Width - (2 * Margin)) / (right - left), (Height - (2 * Margin)) / (top - bottom));
        unit = double.IsFinite(unit) ? unit : 1;
        return point => (
            (Width / 2) + (unit * (point.X - left - ((right - left) / 2))), (Height / 2) - (unit * (point.Y - bottom - ((top - bottom) / 2))));
    }
}
