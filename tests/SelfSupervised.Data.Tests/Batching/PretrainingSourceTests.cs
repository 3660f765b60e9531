using SelfSupervised.Core;
using SelfSupervised.Data.Batching;

namespace SelfSupervised.Data.Tests.Batching;

public sealed class PretrainingSourceTests
{
    private static readonly MemoryImageSet _set = new([.. Enumerable.Range(0, 60).Select(i => (byte)i)], new ImageShape(1, 2, 3));

    [Fact]
    public void Epoch_Batches_AreTheSourcesAsBytes()
    {
        using var scope = NewDisposeScope();
        var source = new BatchSource(_set, new BatchPlan(_set.Count, 4, seed: 1));
        var training = new PretrainingSource(source);
        training.BatchesPerEpoch.Should().Be(3);
        var batches = training.Epoch(2, firstBatch: 1).ToList();
        batches.Should().HaveCount(2);
        foreach (var (batch, expected) in batches.Zip(source.Epoch(2, firstBatch: 1)))
        {
            batch.Indices.ToArray().Should().Equal(expected.Indices.ToArray());
            TensorAssert.Same(batch.Images, expected.ToBytes());
            (batch.Step, batch.WithMetrics).Should().Be((0, false));
        }
    }

    [Fact]
    public void Epoch_Lifetimes_AreWhoeverAsks()
    {
        var training = new PretrainingSource(new PrefetchingBatchSource(_set, new BatchPlan(_set.Count, 4)));
        LeakCheck.NothingLeft(() =>
        {
            using var batches = training.Epoch(0).GetEnumerator();
            using var scope = NewDisposeScope();
            batches.MoveNext().Should().BeTrue();
            scope.Contains(batches.Current.Images).Should().BeTrue();
        });
    }

    [Fact]
    public void Constructor_NoSource_Throws() =>
        FluentActions.Invoking(() => new PretrainingSource(null!)).Should().Throw<ArgumentNullException>().WithParameterName("source");
}
