using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Reports;

/// <summary>Horizontal bars from 0, each with its value and, where known, its interval.</summary>
public sealed class BarChart : ReportPart
{
    private const double Width = 480;
    private const double RowHeight = 48;
    private const double Thickness = 14;
    private readonly Bar[] _bars;

    /// <summary>Makes a chart.</summary>
    /// <param name="title">The heading.</param>
    /// <param name="bars">At least one, from top to bottom.</param>
    /// <exception cref="ArgumentException">
    /// There is no bar, a text is empty, a value is not finite, or an interval has one end only or not the value inside.
    /// </exception>
    public BarChart(string title, IEnumerable<Bar> bars)
        : base(Require.Words(title))
    {
        _bars = Require.Some(bars, "bar");
        foreach (var bar in _bars)
        {
            Require.Words(bar.Label, nameof(bars));
            Require.Finite([bar.Value, bar.Low ?? 0, bar.High ?? 0], nameof(bars));
            if (bar.Low.HasValue != bar.High.HasValue || bar.Low > bar.Value || bar.High < bar.Value)
            {
                throw new ArgumentException($"Expected `bars` to lie inside their intervals, but got {bar}.", nameof(bars));
            }
        }
    }

    /// <summary>A .NET format for the values, as in "F2" or "P1". Default: four significant digits.</summary>
    /// <exception cref="FormatException">The value is none.</exception>
    public string Format
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(Format));
            _ = Numbers.Format(0, value);
            field = value;
        }
    } = "G4";

    /// <summary>A level to compare with, as chance. Default: none.</summary>
    /// <exception cref="ArgumentException">The level is not finite or has no label.</exception>
    public ReferenceLine? Reference
    {
        get;
        init
        {
            if (value is not null)
            {
                Require.Words(value.Label, nameof(Reference));
                Require.Finite([value.Value], nameof(Reference));
            }

            field = value;
        }
    }

    private protected override string Kind => "chart bars";

    private protected override void WriteContent(HtmlWriter html)
    {
        var axis = Axis.Of(_bars.SelectMany(bar => new[] { bar.Value, bar.Low ?? 0, bar.High ?? 0 }).Append(Reference?.Value ?? 0).Append(0));
        var height = (RowHeight * _bars.Length) + (Reference is null ? -10 : 8);
        html.Add($"<svg viewBox=\"0 0 {Width} {height}\" role=\"img\" aria-label=\"{Title}: {string.Join("; ", _bars.Select(Text))}.\">");
        for (var i = 0; i < _bars.Length; i++)
        {
            WriteBar(html, axis, _bars[i], i);
        }

        WriteLevel(html, X(axis, 0), "axis");
        if (Reference is not null)
        {
            var at = X(axis, Reference.Value);
            WriteLevel(html, at, "reference");
            html.Add($"<text class=\"reference {(at < Width / 2 ? "start" : "end")}\" x=\"{at}\" y=\"{height - 5}\">{Reference.Label}</text>");
        }

        html.Add($"</svg>");
    }

    private static double X(Axis axis, double value) => 2 + (axis.Share(value) * (Width - 4));

    // Beside the bars only: a line through the texts between them would be hard to read.
    private void WriteLevel(HtmlWriter html, double x, string style)
    {
        html.Add($"<path class=\"{style}\" d=\"");
        for (var i = 0; i < _bars.Length; i++)
        {
            html.Add($"M{x} {(RowHeight * i) + 18}v{Thickness + 4}");
        }

        html.Add($"\"/>");
    }

    private void WriteBar(HtmlWriter html, Axis axis, Bar bar, int index)
    {
        var top = (RowHeight * index) + 20;
        var (from, to) = (X(axis, Math.Min(0, bar.Value)), X(axis, Math.Max(0, bar.Value)));
        html.Add($"<text class=\"label\" x=\"0\" y=\"{top - 6}\">{bar.Label}</text>");
        html.Add($"<text class=\"label end\" x=\"{Width}\" y=\"{top - 6}\"><tspan class=\"value\">{Numbers.Format(bar.Value, Format)}</tspan>");
        html.Add($"<tspan class=\"interval\">{(bar.Low is null ? "" : $"  {Interval(bar)}")}</tspan></text>");
        html.Add($"<rect class=\"bar {(index == 0 ? "c0" : "rest")}\" x=\"{from}\" y=\"{top}\" width=\"{to - from}\" height=\"{Thickness}\"/>");
        if (bar.Low is not null)
        {
            var middle = top + (Thickness / 2);
            html.Add($"<path class=\"whisker\" d=\"M{X(axis, bar.Low.Value)} {middle - 4}v8m0-4H{X(axis, bar.High!.Value)}m0-4v8\"/>");
        }
    }

    private string Interval(Bar bar) => $"{Numbers.Format(bar.Low!.Value, Format)} – {Numbers.Format(bar.High!.Value, Format)}";

    private string Text(Bar bar) =>
        $"{bar.Label} {Numbers.Format(bar.Value, Format)}" + (bar.Low is null ? "" : $", interval {Interval(bar)}");
}
