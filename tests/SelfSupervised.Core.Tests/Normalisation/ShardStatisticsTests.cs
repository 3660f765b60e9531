using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Normalisation;

namespace SelfSupervised.Core.Tests.Normalisation;

public sealed class ShardStatisticsTests
{
    [Theory]
    [InlineData(4, 4, 4)]
    [InlineData(1, 7, 3)]
    public void Merge_Shards_AreTheStatisticsOfTheWhole(int first, int second, int third)
    {
        using var scope = NewDisposeScope();
        Tensor[] shards = [.. new[] { first, second, third }.Select((count, i) => RandomTensors.Normal(i, [count, 5]).add(i))];
        var (mean, variance) = ShardStatistics.Merge(
            stack(shards.Select(shard => shard.mean([0]))), stack(shards.Select(shard => shard.var(0, unbiased: false))), [first, second, third]);
        TensorAssert.Close(mean, cat(shards).mean([0]), atol: 1e-12);
        TensorAssert.Close(variance, cat(shards).var(0, unbiased: false), atol: 1e-12);
    }

    [Fact]
    public void Merge_NoCounts_TakesThemAsAlike()
    {
        using var scope = NewDisposeScope();
        var (mean, variance) = ShardStatistics.Merge(tensor(new double[,] { { 1 }, { 3 } }), tensor(new double[,] { { 2 }, { 4 } }));
        TensorAssert.Close(mean, [2], [1]);
        TensorAssert.Close(variance, [4], [1]);
    }

    [Fact]
    public void Merge_Gradient_FlowsIntoTheShards()
    {
        using var scope = NewDisposeScope();
        GradientCheck.Verify(
            z => ShardStatistics.Merge(z[0], z[1], [2, 3]) is var (mean, variance) ? mean.mul(variance).sum() : throw new InvalidOperationException(),
            [RandomTensors.Normal(1, [2, 3], requiresGrad: true), RandomTensors.Normal(2, [2, 3], requiresGrad: true)]);
    }

    [Fact]
    public void Merge_LeavesOnlyItsResults_AndRefusesBadInput()
    {
        using var means = ones(2, 3);
        LeakCheck.NothingLeft(
            () =>
            {
                var (mean, variance) = ShardStatistics.Merge(means, means);
                mean.Dispose();
                variance.Dispose();
            },
            means);
        FluentActions.Invoking(() => ShardStatistics.Merge(means, ones(2, 2))).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => ShardStatistics.Merge(means, means, [1])).Should().ThrowExactly<ArgumentException>().WithMessage("Expected `counts` to be 2, one per part, but got 1.*");
        FluentActions.Invoking(() => ShardStatistics.Merge(means, means, [1, 0])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ShardStatistics.Merge(ones(3), ones(3))).Should().ThrowExactly<ArgumentException>();
    }
}
