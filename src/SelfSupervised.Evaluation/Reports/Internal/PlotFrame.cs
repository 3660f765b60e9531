namespace SelfSupervised.Evaluation.Reports.Internal;

/// <summary>The plane of a chart with two axes: its size, its grid, its labels, and where a value lies on it.</summary>
internal sealed class PlotFrame
{
    private const double CharacterWidth = 6.6;
    private readonly Axis _x;
    private readonly Axis _y;

    public PlotFrame(Axis x, Axis y, bool wide)
    {
        (_x, _y) = (x, y);
        (Width, Height) = wide ? (1000, 300) : (480, 290);
        Left = 12 + (CharacterWidth * y.Tick.Select(tick => tick.Label.Length).DefaultIfEmpty(0).Max());
    }

    public double Width { get; }

    public double Height { get; }

    public double Left { get; }

    public double Right => Width - 14;

    private double Top { get; } = 30;

    private double Bottom => Height - 44;

    public double X(double value) => Left + (_x.Share(value) * (Right - Left));

    public double Y(double value) => Bottom - (_y.Share(value) * (Bottom - Top));

    public void Write(HtmlWriter html, string xLabel, string yLabel, bool empty)
    {
        html.Add($"<path class=\"grid\" d=\"");
        foreach (var (value, _) in _y.Tick)
        {
            html.Add($"M{Left} {Y(value)}H{Right}");
        }

        html.Add($"\"/><path class=\"axis\" d=\"M{Left} {Bottom}H{Right}");
        foreach (var (value, _) in _x.Tick)
        {
            html.Add($"M{X(value)} {Bottom}v4");
        }

        html.Add($"\"/>");
        foreach (var (value, label) in _y.Tick)
        {
            html.Add($"<text class=\"end\" x=\"{Left - 7}\" y=\"{Y(value) + 4}\">{label}</text>");
        }

        foreach (var (value, label) in _x.Tick)
        {
            html.Add($"<text class=\"middle\" x=\"{X(value)}\" y=\"{Bottom + 18}\">{label}</text>");
        }

        if (empty)
        {
            html.Add($"<text class=\"middle\" x=\"{(Left + Right) / 2}\" y=\"{(Top + Bottom) / 2}\">no value to show</text>");
        }

        html.Add($"<text class=\"name\" x=\"0\" y=\"13\">{yLabel}</text>");
        html.Add($"<text class=\"name end\" x=\"{Right}\" y=\"{Height - 6}\">{xLabel}</text>");
    }
}
