using System.Xml.Linq;
using SelfSupervised.Evaluation.Reports;

namespace SelfSupervised.Evaluation.Tests.Reports;

public sealed class LineChartTests
{
    [Fact]
    public void Content_TwoSeries_HasALegendAndADescription()
    {
        var figure = Page.Figure(new LineChart("Loss", [new("a", [4, 3, 2]), new("b", [1, 2, 6])], "epoch", "nats") { References = [new(5, "chance")] });
        figure.One("ul", "legend").All("li").Select(item => item.Value).Should().Equal("a", "b");
        var svg = figure.All("svg").Single(one => one.Attribute("role") is not null);
        svg.Text("aria-label").Should().Be("Loss: nats by epoch. a goes from 4 to 2; b goes from 1 to 6; chance at 5.");
        svg.All("path", "line").Should().HaveCount(2);
        svg.All("text", "name").Select(text => text.Value).Should().Equal("nats", "epoch");
        svg.One("text", "reference").Value.Should().Be("chance");
        svg.All("title").First().Value.Should().Be("a: 4 at 1");
        Page.Figure(new LineChart("Loss", [new("a", [1, 2])], "x", "y")).All("ul").Should().BeEmpty();
    }

    [Fact]
    public void Content_Values_AreWhereTheAxesSay()
    {
        var svg = Page.Figure(new LineChart("A", [new("a", [0, 5, 10], [0, 50, 100])], "x", "y")).One("svg");
        var line = Page.Numbers(svg.One("path", "line").Text("d")).Chunk(2).ToArray();
        (line[1][0] - line[0][0]).Should().BeApproximately(line[2][0] - line[1][0], 0.11);
        (line[1][1] - line[0][1]).Should().BeApproximately(line[2][1] - line[1][1], 0.11).And.BeNegative("up is more");
        Tick(svg, "end", "100", "y").Should().BeApproximately(line[2][1] + 4, 0.11);
        Tick(svg, "middle", "10", "x").Should().BeApproximately(line[2][0], 0.11);
    }

    [Fact]
    public void Content_LogAxis_HasEqualRatiosAtEqualDistances()
    {
        var svg = Page.Figure(new LineChart("A", [new("a", [1, 100, 10_000, 0, -1])], "x", "y") { LogY = true }).One("svg");
        var line = Page.Numbers(svg.One("path", "line").Text("d")).Chunk(2).ToArray();
        line.Should().HaveCount(3, "0 and less have no logarithm");
        (line[1][1] - line[0][1]).Should().BeApproximately(line[2][1] - line[1][1], 0.11).And.BeNegative();
    }

    [Fact]
    public void Content_Gaps_BreakTheLine()
    {
        var path = Path(new("a", [1, 2, double.NaN, 4, double.PositiveInfinity, 6, 7]));
        path.Count(command => command == 'M').Should().Be(3);
        path.Count(command => command == 'L').Should().Be(2);
        path.Count(command => command == 'h').Should().Be(1, "a value alone is a dot");
    }

    [Fact]
    public void Content_LongSeries_IsThinnedButKeepsSpikesAndEnds()
    {
        var values = Enumerable.Range(0, 100_000).Select(i => Math.Sin(i / 5000.0)).ToArray();
        values[54_321] = 9;
        var line = Page.Numbers(Path(new("a", values))).Chunk(2).ToArray();
        line.Length.Should().BeInRange(400, 802);
        line.Should().BeInAscendingOrder((a, b) => a[0].CompareTo(b[0]));
        line.Min(point => point[1]).Should().BeLessThan(line.Where((_, i) => i < 100).Min(point => point[1]) - 100);
        var whole = Page.Numbers(Path(new("a", [0, 99_999], [0, 9]))).Chunk(2).ToArray();
        (line[0][0], line[^1][0]).Should().Be((whole[0][0], whole[1][0]), "both have margins for labels of one digit");
    }

    [Theory]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(0.0, 0.0)]
    [InlineData(5.0, 5.0)]
    [InlineData(-3.25, -3.25)]
    [InlineData(1e9, 1000000000.0001)]
    [InlineData(1e-320, 2e-320)]
    [InlineData(-1e308, 1e308)]
    [InlineData(1e-300, 1e300)]
    [InlineData(double.MinValue, double.PositiveInfinity)]
    public void Content_AnyValues_IsDrawnWithinTheChart(double first, double second)
    {
        foreach (var chart in new[] { Chart(false, first, second), Chart(true, first, second), Chart(false, first), Chart(true, second) })
        {
            var svg = Page.Figure(chart).One("svg");
            svg.ToString().Should().NotContain("NaN").And.NotContain("Infinity").And.NotContain("∞");
            svg.All("path").Append(svg).SelectMany(path => Page.Numbers($"{path.Attribute("d")?.Value}")).Should().OnlyContain(value => value >= -10 && value <= 490);
        }
    }

    [Fact]
    public void Content_NoValue_SaysSo()
    {
        var figure = Page.Figure(Chart(false, double.NaN, double.NaN));
        figure.All("text").Select(text => text.Value).Should().Contain("no value to show");
        figure.One("svg").Text("aria-label").Should().Contain("a has no value to show");
    }

    [Fact]
    public void Content_Smoothing_DrawsMeansBeforeValues()
    {
        var svg = Page.Figure(new LineChart("A", [new("a", [0, 3, 0, 3, 0, 3]) { Smoothing = 3 }], "x", "y")).One("svg");
        svg.All("path", "line").Select(path => path.Text("class")).Should().Equal("line faint c0", "line c0");
        svg.All("title").Select(title => title.Value).Should().Equal("a: 1.5 at 1", "a: 1 at 2", "a: 2 at 3", "a: 1 at 4", "a: 2 at 5", "a: 1.5 at 6");
    }

    [Fact]
    public void Content_Wide_TakesTheWidthOfThePage()
    {
        var figure = Page.Figure(new LineChart("A", [new("a", [1, 2])], "x", "y") { Wide = true });
        figure.Text("class").Should().Be("chart wide");
        figure.One("svg").Text("viewBox").Should().Be("0 0 1000 300");
    }

    [Fact]
    public void Construction_BadInput_Throws()
    {
        Example.Refuses(() => _ = new LineChart("A", [], "x", "y"), "Expected `series` to hold at least one series, but it is empty.*");
        Example.Refuses(() => _ = new LineChart("A", [new("a", [1])], "", "y"), "Expected `xLabel` to be text, but it is empty.*");
        Example.Refuses(() => _ = new ChartSeries("a", []), "Expected `y` to hold at least one value, but it is empty.*");
        Example.Refuses(() => _ = new ChartSeries("", [1]), "Expected `name` to be text, but it is empty.*");
        Example.Refuses(() => _ = new ChartSeries("a", [1, 2], [1]), "Expected `y` to hold 2 values like `x`, but got 1.*");
        Example.Refuses(() => _ = new ChartSeries("a", [1, double.NaN], [1, 2]), "Expected `x` to be finite and at most 1e100 in size, but its value 1 is NaN.*");
        Example.Refuses(() => _ = new ChartSeries("a", [2, 1], [1, 2]), "Expected `x` to ascend, but its value 1 is 1 after 2.*");
        Example.Refuses(() => _ = new ChartSeries("a", [1]) { Smoothing = 0 }, "Expected `Smoothing` to be at least 1, but got 0.*");
        Example.Refuses(
            () => _ = new LineChart("A", [new("a", [1])], "x", "y") { References = [new(double.NaN, "r")] }, "Expected `References` to be finite and at most 1e100 in size, but its value 0 is NaN.*");
    }

    private static LineChart Chart(bool log, params double[] values) => new("A", [new("a", values)], "x", "y") { LogY = log };

    private static string Path(ChartSeries series) => Page.Figure(new LineChart("A", [series], "x", "y")).One("svg").One("path", "line").Text("d");

    private static double Tick(XElement svg, string style, string label, string attribute) =>
        Page.Numbers(svg.All("text", style).Single(text => text.Value == label).Text(attribute)).Single();
}
