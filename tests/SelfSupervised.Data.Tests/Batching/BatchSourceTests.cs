using SelfSupervised.Data.Batching;
using SelfSupervised.Data.Synthetic;

namespace SelfSupervised.Data.Tests.Batching;

public sealed class BatchSourceTests
{
    private static readonly BatchPlan _plan = new(100, 8, seed: 3);

    [Fact]
    public void Epoch_InMemory_GivesThePlansBatches()
    {
        var set = new Procedural(100).ToMemory();
        Images(new BatchSource(set, _plan).Epoch(1)).Should().Equal(_plan.Order(1));
        Images(new BatchSource(set, _plan).Epoch(1, firstBatch: 12)).Should().Equal(_plan.Order(1).Skip(96));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(2, 1)]
    [InlineData(3, 20)]
    [InlineData(4, 5)]
    public void Epoch_Prefetched_EqualsInMemory(int workers, int lookAhead)
    {
        var sprites = new Sprites(100, seed: 1);
        var memory = new BatchSource(sprites.ToMemory(), _plan);
        var source = new PrefetchingBatchSource(sprites, _plan, workers, lookAhead);
        foreach (var (epoch, first) in new[] { (0, 0), (1, 0), (1, 5), (1, 13) })
        {
            Contents(source.Epoch(epoch, first)).Should().Equal(Contents(memory.Epoch(epoch, first)));
        }
    }

    [Fact]
    public void Epoch_SlowConsumer_ReadsNoFurtherAheadThanAsked()
    {
        var set = new Procedural(1000);
        using var batches = new PrefetchingBatchSource(set, new BatchPlan(1000, 10), workers: 4, lookAhead: 3).Epoch(0).GetEnumerator();
        for (var taken = 1; taken <= 5; taken++)
        {
            batches.MoveNext();
            SpinWait.SpinUntil(() => set.Begun == 10 * (taken + 3), TimeSpan.FromSeconds(10)).Should().BeTrue();
            Thread.Sleep(10);
            set.Begun.Should().Be(10 * (taken + 3));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Epoch_SeveralWorkers_ReadAtTheSameTime(int workers)
    {
        using var gate = new ManualResetEventSlim();
        var set = new Procedural(100, gate: gate);
        using var batches = new PrefetchingBatchSource(set, new BatchPlan(100, 10), workers).Epoch(0).GetEnumerator();
        var first = Task.Factory.StartNew(batches.MoveNext, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        SpinWait.SpinUntil(() => set.Active == workers, TimeSpan.FromSeconds(10)).Should().BeTrue();
        Thread.Sleep(20);
        gate.Set();
        await first;
        set.MostActive.Should().Be(workers);
    }

    [Fact]
    public void Epoch_LeftEarly_StopsReading()
    {
        var set = new Procedural(1000);
        foreach (var batch in new PrefetchingBatchSource(set, new BatchPlan(1000, 10), workers: 2, lookAhead: 5).Epoch(0))
        {
            break;
        }

        var (begun, active) = (set.Begun, set.Active);
        Thread.Sleep(50);
        (set.Begun, active).Should().Be((begun, 0));
        begun.Should().BeLessThanOrEqualTo(60);
    }

    [Fact]
    public async Task Epoch_LeftEarly_WaitsForWhatIsBeingRead()
    {
        using var gate = new ManualResetEventSlim();
        var set = new Procedural(100, gate: gate, gateFrom: 10);
        using var batches = new PrefetchingBatchSource(set, new BatchPlan(100, 10), workers: 2).Epoch(0).GetEnumerator();
        batches.MoveNext().Should().BeTrue();
        SpinWait.SpinUntil(() => set.Active == 2, TimeSpan.FromSeconds(10)).Should().BeTrue();

        // A thread of its own: the pool's may all be waiting at the gate.
        var leaving = Task.Factory.StartNew(batches.Dispose, default, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.Delay(100);
        leaving.IsCompleted.Should().BeFalse();
        gate.Set();
        await leaving;
        (set.Active, set.Begun).Should().Be((0, 30));
    }

    [Fact]
    public void Epoch_NeverEnumerated_ReadsNothing()
    {
        var set = new Procedural(100);
        new PrefetchingBatchSource(set, _plan).Epoch(0);
        new BatchSource(set, _plan).Epoch(0);
        set.Begun.Should().Be(0);
    }

    [Fact]
    public void Epoch_WorkersError_IsThrownAtItsBatchAndEndsTheEpoch()
    {
        var set = new Procedural(100, bad: 45);
        var seen = new List<int>();
        FluentActions.Invoking(() => seen.AddRange(Images(new PrefetchingBatchSource(set, new BatchPlan(100, 10), workers: 2).Epoch(0))))
            .Should().ThrowExactly<IOException>().WithMessage("Image 45 is bad.");

        using var batches = new PrefetchingBatchSource(set, new BatchPlan(100, 10), workers: 2).Epoch(0).GetEnumerator();
        for (var i = 0; i < 4; i++)
        {
            batches.MoveNext().Should().BeTrue();
            batches.Current.Indices[0].Should().Be(10 * i);
        }

        FluentActions.Invoking(batches.MoveNext).Should().ThrowExactly<IOException>();
        batches.MoveNext().Should().BeFalse();
        set.Active.Should().Be(0);
    }

    [Fact]
    public void Epoch_UnreadErrorAhead_DoesNotDisturbLeavingEarly()
    {
        var set = new Procedural(100, bad: 15);
        using var batches = new PrefetchingBatchSource(set, new BatchPlan(100, 10)).Epoch(0).GetEnumerator();
        batches.MoveNext().Should().BeTrue();
        FluentActions.Invoking(batches.Dispose).Should().NotThrow();
    }

    [Fact]
    public void Epoch_TensorsOfBatches_BelongToTheConsumersScope()
    {
        var source = new PrefetchingBatchSource(new Sprites(40, seed: 1), new BatchPlan(40, 8));
        LeakCheck.NothingLeft(() =>
        {
            foreach (var batch in source.Epoch(0))
            {
                using var scope = NewDisposeScope();
                scope.Contains(batch.ToTensor()).Should().BeTrue();
                batch.Dispose();
            }
        });
    }

    [Fact]
    public void Constructor_PlanForAnotherSet_Throws()
    {
        FluentActions.Invoking(() => new BatchSource(new Procedural(99), _plan)).Should().Throw<ArgumentException>()
            .WithMessage("Expected `plan` to hold 99 elements, but it holds 100.*");
        FluentActions.Invoking(() => new PrefetchingBatchSource(new Procedural(99), _plan)).Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData(0, 1, "workers")]
    [InlineData(1, 0, "lookAhead")]
    public void Constructor_OutOfRange_Throws(int workers, int lookAhead, string name) =>
        FluentActions.Invoking(() => new PrefetchingBatchSource(new Procedural(100), _plan, workers, lookAhead)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName(name);

    [Fact]
    public void Epoch_OutOfRange_ThrowsAtOnce()
    {
        var set = new Procedural(100);
        FluentActions.Invoking(() => new PrefetchingBatchSource(set, _plan).Epoch(-1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new BatchSource(set, _plan).Epoch(0, 14)).Should().Throw<ArgumentOutOfRangeException>();
    }

    private static IEnumerable<int> Images(IEnumerable<ImageBatch> batches)
    {
        foreach (var batch in batches)
        {
            batch.Pixels.ToArray().Should().Equal(batch.Indices.ToArray().Select(i => (byte)i));
            foreach (var index in batch.Indices.ToArray())
            {
                yield return index;
            }

            batch.Dispose();
        }
    }

    private static List<byte> Contents(IEnumerable<ImageBatch> batches)
    {
        var contents = new List<byte>();
        foreach (var batch in batches)
        {
            contents.AddRange(batch.Indices.ToArray().Select(i => (byte)i));
            contents.AddRange(batch.Labels!.Select(label => (byte)label));
            contents.AddRange(batch.Pixels.ToArray());
            batch.Dispose();
        }

        return contents;
    }
}
