using SelfSupervised.Evaluation.Reports;

namespace SelfSupervised.Evaluation.Tests.Reports;

public sealed class ReportTableTests
{
    [Fact]
    public void Content_NumbersAndText_HasHeadingsAndAlignment()
    {
        var table = Page.Figure(new ReportTable("Results", ["Name", "Value"], [["a", TableCell.Number(1.5, "F2", "1–2")], ["b", ""]])).One("table");
        table.One("thead").All("th").Select(cell => (cell.Value, cell.Text("scope"), cell.Text("class"))).Should().Equal(
            ("Name", "col", "words"), ("Value", "col", "number"));
        table.One("tbody").All("th").Select(cell => (cell.Value, cell.Text("scope"))).Should().Equal(("a", "row"), ("b", "row"));
        table.All("td").Select(cell => cell.Value).Should().Equal("1.50 1–2", "");
        table.One("small").Value.Should().Be("1–2");
    }

    [Fact]
    public void Content_BestOfAColumn_IsStrong()
    {
        var table = Page.Figure(new ReportTable(
            "Results",
            ["Name", new("High", BestValue.Highest), new("Low", BestValue.Lowest), "None", new("NaN", BestValue.Highest)],
            [Row(1, -3, 5, double.NaN), Row(2, 4, 6, double.NaN), Row(2, 5, 7, double.PositiveInfinity)]));
        table.All("strong").Select(cell => cell.Value).Should().Equal("−3", "2", "2");

        TableCell[] Row(params double[] values) => ["row", .. values.Select(value => TableCell.Number(value))];
    }

    [Fact]
    public void Percent_Accuracy_ShowsItsInterval()
    {
        var cell = TableCell.Percent(new Accuracy(913, 1000));
        (cell.Text, cell.Value, cell.Interval).Should().Be(("91.3", 91.3, "89.4–92.9"));
        (TableCell.Percent(new Accuracy(0, 0)).Text, TableCell.Percent(new Accuracy(0, 0)).Interval).Should().Be(("–", null));
    }

    [Fact]
    public void Construction_BadInput_Throws()
    {
        Example.Refuses(() => _ = new ReportTable("A", [], [["a"]]), "Expected `columns` to hold at least one column, but it is empty.*");
        Example.Refuses(() => _ = new ReportTable("A", ["a"], []), "Expected `rows` to hold at least one row, but it is empty.*");
        Example.Refuses(
            () => _ = new ReportTable("A", ["a", "b"], [["a", "b"], ["a"]]), "Expected each of `rows` to have 2 cells like `columns`, but row 1 has 1.*");
        Example.Refuses(() => _ = new ReportTable("A", ["a"], [[(TableCell)null!]]), "Expected `rows` to hold no null, but its item 0 is null.*");
        FluentActions.Invoking(() => TableCell.Number(1, "K9")).Should().Throw<FormatException>();
    }
}
