using SelfSupervised.Evaluation.Reports.Internal;

namespace SelfSupervised.Evaluation.Tests.Reports;

public sealed class TicksTests
{
    [Theory]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1.0")]
    [InlineData(1, 200, "50 100 150 200")]
    [InlineData(-1.5, 1.5, "−1.5 −1.0 −0.5 0 0.5 1.0 1.5")]
    [InlineData(0, 20_000, "0 5k 10k 15k 20k")]
    [InlineData(0, 4e6, "0 1M 2M 3M 4M")]
    [InlineData(0, 5e-5, "0 1×10⁻⁵ 2×10⁻⁵ 3×10⁻⁵ 4×10⁻⁵ 5×10⁻⁵")]
    [InlineData(100.001, 100.003, "100.0010 100.0015 100.0020 100.0025 100.0030")]
    [InlineData(0, 3e12, "0 0.5×10¹² 1.0×10¹² 1.5×10¹² 2.0×10¹² 2.5×10¹² 3.0×10¹²")]
    public void Linear_Range_HasRoundTicks(double low, double high, string labels) =>
        string.Join(' ', Ticks.Linear(low, high).Select(tick => tick.Label)).Should().Be(labels);

    [Theory]
    [InlineData(0.01, 100, "0.01 0.1 1 10 100")]
    [InlineData(1, 100, "1 2 5 10 20 50 100")]
    [InlineData(1e-6, 1, "10⁻⁶ 10⁻⁵ 10⁻⁴ 10⁻³ 10⁻² 10⁻¹ 10⁰")]
    [InlineData(1e-12, 1, "10⁻¹² 10⁻¹⁰ 10⁻⁸ 10⁻⁶ 10⁻⁴ 10⁻² 10⁰")]
    [InlineData(2e-6, 3e-5, "2×10⁻⁶ 5×10⁻⁶ 10⁻⁵ 2×10⁻⁵")]
    [InlineData(2.1, 4.9, "2.5 3.0 3.5 4.0 4.5")]
    public void Logarithmic_Range_HasPowersOfTen(double low, double high, string labels) =>
        string.Join(' ', Ticks.Logarithmic(low, high).Select(tick => tick.Label)).Should().Be(labels);

    [Theory]
    [InlineData("1", 1.0)]
    [InlineData("1 2 3", 1.0, 2.0, 3.0)]
    [InlineData("0 10 20 30 40", 0.0, 40.0)]
    [InlineData("0 0.5 1.0 1.5 2.0 2.5", 0.0, 2.5)]
    public void OfSteps_WholeValues_HasWholeTicks(string labels, params double[] values) =>
        string.Join(' ', Axis.OfSteps(values).Tick.Select(tick => tick.Label)).Should().Be(labels);

    [Fact]
    public void Linear_ManyRanges_HasAReadableNumberOfTicksInside()
    {
        var random = new Random(1);
        for (var i = 0; i < 2000; i++)
        {
            var low = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20));
            var high = low + (Math.Abs(low) * Math.Pow(10, -4 * random.NextDouble()));
            var ticks = Ticks.Linear(low, high);
            ticks.Length.Should().BeInRange(3, 8);
            ticks.Should().OnlyContain(tick => tick.Value >= low - (1e-6 * (high - low)) && tick.Value <= high + (1e-6 * (high - low)));
            ticks.Select(tick => tick.Label).Should().OnlyHaveUniqueItems();
        }
    }
}
