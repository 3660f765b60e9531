using SelfSupervised.Evaluation.Reports;

namespace SelfSupervised.Evaluation.Tests.Reports;

public sealed class ScatterChartTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Content_Classes_DifferInColourAndShapeAndAreNamed()
    {
        var figure = Page.Figure(new ScatterChart("Map", [(0, 0), (1, 1), (2, 0)], [0, 1, 1], ["cat", "dog", "never"]));
        figure.One("ul", "legend").All("li").Select(item => item.Value).Should().Equal("cat", "dog", "never");
        var map = figure.One("svg", "map");
        map.Text("aria-label").Should().Be("Map: 3 points of 3 classes: cat, dog, never.");
        map.All("path").Select(path => (path.Text("class"), path.Value)).Should().Equal(("mark c0", "cat"), ("mark c1", "dog"), ("mark c1", "dog"));
        map.All("path").Select(path => path.Text("d").Contains('a')).Should().Equal(true, false, false);
    }

    [Fact]
    public void Content_Axes_HaveOneScale()
    {
        var map = Page.Figure(new ScatterChart("Map", [(0, 0), (10, 0), (0, 1)], [1, 1, 1], ["a", "square"])).One("svg", "map");
        var corners = map.All("path").Select(path => Page.Numbers(path.Text("d"))).ToArray();
        (corners[1][0] - corners[0][0]).Should().BeApproximately(10 * (corners[0][1] - corners[2][1]), 1);
    }

    [Fact]
    public void Content_FiveThousandPoints_StaysSmall()
    {
        var random = new Random(1);
        var points = Enumerable.Range(0, 5000).Select(_ => (random.NextDouble(), random.NextDouble())).ToArray();
        var page = Page.Of(new ScatterChart("Map", points, points.Select((_, i) => i % 12), Enumerable.Range(0, 12).Select(i => $"class {i}")));
        page.Length.Should().BeLessThan(250_000);
        Page.Figure(new ScatterChart("Map", [(3, 3), (3, 3)], [0, 0], ["one place"])).ToString().Should().NotContain("NaN").And.NotContain("∞");
    }

    [Fact]
    public void Of_Tensors_IsAsOfNumbers()
    {
        var points = tensor(new[] { 0f, 0, 1, 2, 3, 1 }, [3, 2]).requires_grad_();
        var labels = tensor(new long[] { 0, 1, 0 });
        string[] names = ["a", "b"];
        Page.Of(ScatterChart.Of("Map", points, labels, names)).Should().Be(Page.Of(new ScatterChart("Map", [(0, 0), (1, 2), (3, 1)], [0, 1, 0], names)));
        LeakCheck.NothingLeft(() => ScatterChart.Of("Map", points, labels, names), points, labels);
    }

    [Fact]
    public void Construction_BadInput_Throws()
    {
        Example.Refuses(() => _ = new ScatterChart("A", [], [], ["a"]), "Expected `points` to hold at least one point, but it is empty.*");
        Example.Refuses(() => _ = new ScatterChart("A", [(1, 2)], [0, 0], ["a"]), "Expected `classes` to hold 1 values like `points`, but got 2.*");
        Example.Refuses(() => _ = new ScatterChart("A", [(1, 2)], [1], ["a"]), "Expected `classes` to be from 0 to 0, as `names` has it, but got 1.*");
        Example.Refuses(() => _ = new ScatterChart("A", [(1, double.NaN)], [0], ["a"]), "Expected `points` to be finite and at most 1e100 in size, but its value 1 is NaN.*");
        Example.Refuses(() => ScatterChart.Of("A", ones(2, 3), zeros(2, ScalarType.Int64), ["a"]), "Expected `points` to have shape [N, 2], but got [2, 3].*");
        Example.Refuses(() => ScatterChart.Of("A", ones(2, 2), zeros(3, ScalarType.Int64), ["a"]), "Expected `labels` to be Int64 of shape [2]*");
    }
}
