using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>Values over steps, epochs or ranks: one line for each series.</summary>
/// <remarks>Series differ in colour and in the shape of the marks on them.</remarks>
public sealed class LineChart : ReportPart
{
    private const int MarkEachUpTo = 24;
    private const int MarksOnALongLine = 5;
    private readonly ChartSeries[] _series;
    private readonly string _xLabel;
    private readonly string _yLabel;

    /// <summary>Makes a chart.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="series">At least one; the legend has their order.</param>
    /// <param name="xLabel">What x is, with its unit.</param>
    /// <param name="yLabel">What y is, with its unit.</param>
    /// <exception cref="ArgumentException">There is no series, or a text is empty.</exception>
    public LineChart(string title, IEnumerable<ChartSeries> series, string xLabel, string yLabel)
        : base(Require.Words(title)) =>
        (_series, _xLabel, _yLabel) = (Require.Some(series, "series"), Require.Words(xLabel), Require.Words(yLabel));

    /// <summary>Whether the y axis is logarithmic. Default no.</summary>
    public bool LogY { get; init; }

    /// <summary>Levels to compare with. Default: none.</summary>
    /// <exception cref="ArgumentException">A level is not finite or has no label.</exception>
    public IReadOnlyList<ReferenceLine> References
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(References));
            field = [.. value];
            Require.Finite(field.Select(line => line.Value).ToArray(), nameof(References));
            foreach (var line in field)
            {
                Require.Words(line.Label, nameof(References));
            }
        }
    } = [];

    private protected override string Kind => "chart";

    private protected override void WriteLegend(HtmlWriter html)
    {
        if (_series.Length > 1)
        {
            Marker.Legend(html, _series.Select(series => series.Name).ToArray(), lines: true);
        }
    }

    private protected override void WriteContent(HtmlWriter html)
    {
        var x = Axis.OfSteps(_series.SelectMany(series => series.X).ToArray());
        var y = Axis.Of(_series.SelectMany(series => series.Y).Concat(References.Select(line => line.Value)), LogY, padding: 0.06);
        var frame = new PlotFrame(x, y, Wide);
        _ = Wide ? html.Add($"<div class=\"scroll\" tabindex=\"0\">") : html.Add($"<div>");
        html.Add($"<svg viewBox=\"0 0 {frame.Width} {frame.Height}\" role=\"img\" aria-label=\"{Description()}\">");
        frame.Write(html, _xLabel, _yLabel, empty: !_series.Any(series => series.Y.Any(Shows)));
        for (var i = 0; i < _series.Length; i++)
        {
            WriteSeries(html, frame, i);
        }

        foreach (var line in References.Where(line => Shows(line.Value)))
        {
            var height = frame.Y(line.Value);
            html.Add($"<path class=\"reference\" d=\"M{frame.Left} {height}H{frame.Right}\"/>");
            html.Add($"<text class=\"reference end\" x=\"{frame.Right}\" y=\"{height - 5}\">{line.Label}</text>");
        }

        html.Add($"</svg></div>");
    }

    private bool Shows(double value) => Axis.Shows(value, LogY);

    private void WriteSeries(HtmlWriter html, PlotFrame frame, int index)
    {
        var series = _series[index];
        var values = series.Y;
        if (series.Smoothing > 1)
        {
            WriteLine(html, frame, series.X, values, $"line faint {Marker.Colour(index)}");
            values = RunningMean.Of(values, series.Smoothing, Shows);
        }

        foreach (var point in Marked(WriteLine(html, frame, series.X, values, $"line {Marker.Colour(index)}")))
        {
            html.Add($"<path class=\"mark {Marker.Colour(index)}\" d=\"");
            Marker.Shape(html, index, frame.X(series.X[point]), frame.Y(values[point]), 3.4);
            html.Add($"\"><title>{series.Name}: {Numbers.Short(values[point])} at {Numbers.Short(series.X[point])}</title></path>");
        }
    }

    private int[] WriteLine(HtmlWriter html, PlotFrame frame, IReadOnlyList<double> x, IReadOnlyList<double> y, string style)
    {
        var stretches = Thinning.Stretches(y, Shows);
        html.Add($"<path class=\"{style}\" d=\"");
        foreach (var stretch in stretches)
        {
            for (var i = 0; i < stretch.Count; i++)
            {
                html.Add($"{(i == 0 ? "M" : "L")}{frame.X(x[stretch[i]])} {frame.Y(y[stretch[i]])}");
            }

            // A point alone is a dot: the ends of a line are round.
            html.Add($"{(stretch.Count == 1 ? "h0" : "")}");
        }

        html.Add($"\"/>");
        return stretches.SelectMany(stretch => stretch).ToArray();
    }

    // Every point of a short line; of a long one a few, where others are to be told from it, and its last.
    private IEnumerable<int> Marked(int[] points)
    {
        if (points.Length <= MarkEachUpTo)
        {
            return points;
        }

        var marks = _series.Length == 1 ? 0 : MarksOnALongLine;
        return Enumerable.Range(0, marks).Select(i => points[(2 * i + 1) * points.Length / (2 * marks)]).Append(points[^1]);
    }

    private string Description() => $"{Title}: {_yLabel} by {_xLabel}. " + string.Join("; ", _series.Select(Course).Concat(
        References.Select(line => $"{line.Label} at {Numbers.Short(line.Value)}"))) + ".";

    private string Course(ChartSeries series)
    {
        var shown = series.Y.Where(Shows).ToArray();
        return shown.Length switch
        {
            0 => $"{series.Name} has no value to show",
            1 => $"{series.Name} is {Numbers.Short(shown[0])}",
            _ => $"{series.Name} goes from {Numbers.Short(shown[0])} to {Numbers.Short(shown[^1])}",
        };
    }
}
