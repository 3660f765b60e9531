namespace SelfSupervised.Evaluation.Tests;

public sealed class AccuracyTests
{
    // scipy.stats.binomtest(correct, count).proportion_ci(method="wilson").
    [Theory]
    [InlineData(90, 100, 0.8256343, 0.9447709)]
    [InlineData(0, 10, 0, 0.2775328)]
    [InlineData(10, 10, 0.7224672, 1)]
    [InlineData(5, 10, 0.2365931, 0.7634069)]
    public void Interval_KnownCounts_IsWilsons(long correct, long count, double low, double high)
    {
        var accuracy = new Accuracy(correct, count);
        accuracy.Value.Should().Be((double)correct / count);
        accuracy.Low.Should().BeApproximately(low, 5e-8);
        accuracy.High.Should().BeApproximately(high, 5e-8);
    }

    // The interval's ends are where the share lies z standard errors from the hypothesis.
    [Fact]
    public void Interval_Ends_SolveTheScoreTest()
    {
        var accuracy = new Accuracy(913, 1000);
        foreach (var end in (double[])[accuracy.Low, accuracy.High])
        {
            (Math.Abs(accuracy.Value - end) / Math.Sqrt(end * (1 - end) / 1000)).Should().BeApproximately(1.959963984540054, 1e-9);
        }
    }

    [Fact]
    public void Value_NoAnswers_IsNaN()
    {
        var none = new Accuracy(0, 0);
        (double.IsNaN(none.Value), double.IsNaN(none.Low), double.IsNaN(none.High)).Should().Be((true, true, true));
    }

    [Fact]
    public void ToString_Share_HasItsInterval() => new Accuracy(90, 100).ToString().Should().Be("0.9000 [0.8256, 0.9448]");
}
