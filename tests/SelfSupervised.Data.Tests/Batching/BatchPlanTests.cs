using SelfSupervised.Data.Batching;

namespace SelfSupervised.Data.Tests.Batching;

public sealed class BatchPlanTests
{
    public static TheoryData<Fixture> Cases => [.. Fixture.Load("order.json")];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Order_AnySeedAndEpoch_IsThatOfThePythonReference(Fixture @case)
    {
        using var expected = @case.Tensor("order");
        var plan = new BatchPlan((int)@case.Number("count"), 1, (long)@case.Number("seed"));
        plan.Order((int)@case.Number("epoch")).Take((int)expected.numel()).Select(i => (long)i).Should().Equal(expected.data<long>().ToArray());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    public void Order_WithSeed_IsAPermutation(int count) =>
        new BatchPlan(count, 1, seed: 5).Order(3).Order().Should().Equal(Enumerable.Range(0, count));

    [Fact]
    public void Order_NoSeed_IsTheSets() => new BatchPlan(100, 7).Order(3).Should().Equal(Enumerable.Range(0, 100));

    [Fact]
    public void Order_OtherEpochOrSeed_IsAnother()
    {
        var orders = new[] { (1L, 0), (1L, 1), (1L, 2), (2L, 0), (-1L, 0), (1L << 32, 0) }
            .Select(pair => string.Join(",", new BatchPlan(50, 1, pair.Item1).Order(pair.Item2)));
        orders.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Order_ManyEpochs_PutsEveryImageEverywhereEquallyOften()
    {
        // Each of 25 counts is binomial, 10,000 times 1/5: the standard deviation is 40.
        var plan = new BatchPlan(5, 5, seed: 11);
        var counts = new int[25];
        for (var epoch = 0; epoch < 10_000; epoch++)
        {
            var order = plan.Order(epoch);
            for (var place = 0; place < 5; place++)
            {
                counts[(5 * place) + order[place]]++;
            }
        }

        counts.Should().OnlyContain(count => Math.Abs(count - 2000) < 160);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(80)]
    public void Batches_AnySize_FollowTheSameOrder(int batchSize)
    {
        var plan = new BatchPlan(50, batchSize, seed: 4);
        var batches = plan.Batches(epoch: 2);
        batches.SelectMany(batch => batch.ToArray()).Should().Equal(new BatchPlan(50, 3, seed: 4).Order(2));
        batches.SkipLast(1).All(batch => batch.Length == batchSize).Should().BeTrue();
        batches.Should().HaveCount(plan.BatchesPerEpoch).And.HaveCount((int)Math.Ceiling(50.0 / batchSize));
    }

    [Fact]
    public void Batches_DropLast_AreAllFull()
    {
        var plan = new BatchPlan(50, 7, seed: 4, dropLast: true);
        plan.BatchesPerEpoch.Should().Be(7);
        plan.Batches(0).Select(batch => batch.Length).Should().Equal(Enumerable.Repeat(7, 7));
        plan.Batches(0).SelectMany(batch => batch.ToArray()).Should().Equal(plan.Order(0).Take(49));
    }

    [Fact]
    public void Batches_FromTheMiddle_GoOnAsWithoutInterruption()
    {
        var plan = new BatchPlan(50, 7, seed: 4);
        plan.Batches(3, firstBatch: 5).SelectMany(batch => batch.ToArray()).Should().Equal(plan.Order(3).Skip(35));
        plan.Batches(3, firstBatch: 8).Should().BeEmpty();
    }

    [Fact]
    public void Constructor_OutOfRange_Throws()
    {
        FluentActions.Invoking(() => new BatchPlan(0, 1)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected `count` to be at least 1, but got 0.*");
        FluentActions.Invoking(() => new BatchPlan(1, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("batchSize");
        FluentActions.Invoking(() => new BatchPlan(5, 6, dropLast: true)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected `batchSize` to be at most the 5 images, since the last batch is dropped, but got 6.*");
    }

    [Fact]
    public void Batches_OutOfRange_Throws()
    {
        var plan = new BatchPlan(10, 5);
        FluentActions.Invoking(() => plan.Batches(-1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("epoch");
        FluentActions.Invoking(() => plan.Batches(0, 3)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("firstBatch");
        FluentActions.Invoking(() => plan.Batches(0, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("firstBatch");
    }
}
