using SelfSupervised.Evaluation.Reports;

namespace SelfSupervised.Evaluation.Tests.Reports;

public sealed class BarChartTests
{
    [Fact]
    public void Content_Bars_AreAsLongAsTheirValues()
    {
        var svg = Page.Figure(new BarChart("Accuracy", [new("a", 0.8), new("b", 0.4), new("c", 0)])).One("svg");
        var widths = svg.All("rect").Select(bar => Page.Numbers(bar.Text("width")).Single()).ToArray();
        widths[0].Should().BeApproximately(2 * widths[1], 0.2).And.BeGreaterThan(400);
        widths[2].Should().Be(0);
        svg.All("path", "whisker").Should().BeEmpty();
        svg.Text("aria-label").Should().Be("Accuracy: a 0.8; b 0.4; c 0.");
    }

    [Fact]
    public void Content_IntervalsAndReference_AreShown()
    {
        var svg = Page.Figure(new BarChart("A", [Bar.Of("a", new Accuracy(913, 1000)), new("b", -0.25, -0.5, 0.25)]) { Format = "F2", Reference = new(0.1, "chance") }).One("svg");
        svg.All("path", "whisker").Should().HaveCount(2);
        svg.All("tspan", "value").Select(text => text.Value).Should().Equal("0.91", "−0.25");
        svg.All("tspan", "interval").Select(text => text.Value.Trim()).Should().Equal("0.89 – 0.93", "−0.50 – 0.25");
        svg.One("text", "reference").Value.Should().Be("chance");
    }

    [Fact]
    public void Construction_BadInput_Throws()
    {
        Example.Refuses(() => _ = new BarChart("A", []), "Expected `bars` to hold at least one bar, but it is empty.*");
        foreach (var bar in new Bar[] { new("a", 1, 0), new("a", 1, 2, 3), new("a", 1, 0, 0.5) })
        {
            Example.Refuses(() => _ = new BarChart("A", [bar]), "Expected `bars` to lie inside their intervals, but got Bar *");
        }

        Example.Refuses(() => _ = new BarChart("A", [new("", 1)]), "Expected `bars` to be text, but it is empty.*");
        Example.Refuses(() => _ = new BarChart("A", [new("a", double.NaN)]), "Expected `bars` to be finite and at most 1e100 in size, but its value 0 is NaN.*");
        Example.Refuses(() => _ = new BarChart("A", [new("a", 1)]) { Reference = new(1e200, "r") }, "Expected `Reference` to be finite *, but its value 0 is 1E+200.*");
        FluentActions.Invoking(() => new BarChart("A", [new("a", 1)]) { Format = "K9" }).Should().Throw<FormatException>();
    }
}
