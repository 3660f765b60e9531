namespace SelfSupervised.Training.Tests.Schedules;

public sealed class BatchScalingTests
{
    [Theory]
    [InlineData(256, 0.3)]
    [InlineData(4096, 4.8)]
    [InlineData(64, 0.075)]
    public void Linear_SimClrsRate_GrowsWithTheBatch(long batchSize, double expected) =>
        BatchScaling.Linear(0.3, batchSize).Should().BeApproximately(expected, 1e-15);

    [Theory]
    [InlineData(4096, 4.8)]
    [InlineData(256, 1.2)]
    [InlineData(1, 0.075)]
    public void SquareRoot_SimClrsRate_GrowsWithItsRoot(long batchSize, double expected) =>
        BatchScaling.SquareRoot(0.075, batchSize).Should().BeApproximately(expected, 1e-15);

    [Fact]
    public void Scaling_BadArguments_Throw()
    {
        foreach (var rule in (Func<double, long, double>[])[BatchScaling.Linear, BatchScaling.SquareRoot])
        {
            FluentActions.Invoking(() => rule(double.NaN, 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("baseRate");
            FluentActions.Invoking(() => rule(-1, 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("baseRate");
            FluentActions.Invoking(() => rule(1, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("batchSize");
        }
    }
}
