using SelfSupervised.Core.Normalisation;

namespace SelfSupervised.Core.Tests.Normalisation;

public sealed class BatchShuffleTests
{
    [Fact]
    public void Encode_AnyFunctionOfRows_IsThatFunction()
    {
        using var scope = NewDisposeScope();
        var batch = RandomTensors.Normal(1, [7, 3]);
        Tensor? seen = null;
        var result = BatchShuffle.Encode(rows => (seen = rows.clone().MoveToOuterDisposeScope()).mul(2), batch, seed: 1, step: 0);
        TensorAssert.Same(result, batch.mul(2));
        seen!.allclose(batch).Should().BeFalse("it was given them in another order");
        TensorAssert.Same(seen.sort(0).Values, batch.sort(0).Values);
    }

    [Fact]
    public void Encode_Steps_HaveOrdersOfTheirOwn()
    {
        using var scope = NewDisposeScope();
        TensorAssert.Same(Order(1, 5), Order(1, 5));
        Order(1, 5).allclose(Order(1, 6)).Should().BeFalse();
        Order(1, 5).allclose(Order(2, 5)).Should().BeFalse();
        Order(1, 5).allclose(Order(1, 5, view: 1)).Should().BeFalse();
    }

    [Fact]
    public void Encode_Places_AreAllAsLikely()
    {
        // Chi-squared of where image 0 is encoded: 7 degrees of freedom, 24.3 at one in a thousand.
        using var scope = NewDisposeScope();
        var counts = new int[8];
        for (var step = 0; step < 4000; step++)
        {
            using var inner = NewDisposeScope();
            counts[TensorAssert.Values(Order(3, step))[0] is var place ? (int)place : 0]++;
        }

        counts.Sum(count => Math.Pow(count - 500, 2) / 500).Should().BeLessThan(24.3);
    }

    [Fact]
    public void Encode_SplitBatchNorm_SharesStatisticsWithOthers()
    {
        // The reason for it: with split batch norm the order decides with whom an image is normalised.
        using var scope = NewDisposeScope();
        var norm = new SplitBatchNorm2d(1, 2);
        var batch = RandomTensors.Normal(1, [8, 1, 2, 2], float32);
        BatchShuffle.Encode(norm.call, batch, 1, 0).allclose(norm.call(batch)).Should().BeFalse();
        var whole = new SplitBatchNorm2d(1, 1);
        TensorAssert.Close(BatchShuffle.Encode(whole.call, batch, 1, 0), whole.call(batch));
    }

    [Fact]
    public void Encode_LeavesOnlyTheResult_AndRefusesBadInput()
    {
        using var batch = ones(4, 2);
        LeakCheck.OnlyResult(() => BatchShuffle.Encode(rows => rows.mul(2), batch, 1, 0), batch);
        FluentActions.Invoking(() => BatchShuffle.Encode(null!, batch, 1, 0)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => BatchShuffle.Encode(rows => rows, batch, 1, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("step");
        FluentActions.Invoking(() => BatchShuffle.Encode(rows => rows, batch, 1, 0, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("view");
        FluentActions.Invoking(() => BatchShuffle.Encode(rows => rows, ones([]), 1, 0)).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => BatchShuffle.Encode(rows => rows.narrow(0, 0, 2), batch, 1, 0)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `encode` to give 4 rows, as it was given, but got 2.*");
    }

    private static Tensor Order(long seed, int step, int view = 0)
    {
        var places = arange(8, float32);
        Tensor? seen = null;
        _ = BatchShuffle.Encode(rows => (seen = rows.clone().MoveToOuterDisposeScope()).alias(), places, seed, step, view);
        return seen!;
    }
}
