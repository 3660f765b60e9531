using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Weights;

namespace SelfSupervised.Core.Tests.Memory;

public sealed class KeyQueueTests
{
    [Theory]
    [InlineData(1.0, 1.3071464635)]
    [InlineData(0.2, 0.5645884370)]
    [InlineData(0.07, 0.0807201241)]
    public void Keys_WorkedExample_GiveTheKnownLoss(double temperature, double expected)
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(4, 3);
        queue.Enqueue(tensor(new float[,] { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { -1, 0, 1 } }));
        var (query, key) = (tensor(new double[,] { { 1, 2, 2 } }), tensor(new double[,] { { 2, 1, 2 } }));
        TensorAssert.Close(InfoNCE.LossAgainst(query, key, queue.Keys(), temperature, unitNegatives: true), expected, atol: 2e-7);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Enqueue_RandomBatches_AreAListOfTheLastKeys(int seed)
    {
        // Ragged batches, batches larger than the queue, clearing and reloading, against a plain list.
        using var scope = NewDisposeScope();
        var random = new Random(seed);
        var (capacity, dimension) = (random.Next(1, 12), 3);
        var queue = new KeyQueue(capacity, dimension);
        var model = new (float[] Key, long Image, long Step)?[capacity];
        var (next, count) = (0, 0);
        for (var step = 0; step < 60; step++)
        {
            var size = random.Next(1, random.Next(2) == 0 ? 4 : 3 * capacity);
            var batch = RandomTensors.Normal((seed * 1000) + step, [size, dimension], float32);
            int[] images = random.Next(4) == 0 ? [] : [.. Enumerable.Range(0, size).Select(_ => random.Next(50))];
            queue.Enqueue(batch, images, step);
            var rows = TensorAssert.Values(batch).Chunk(dimension).ToArray();
            for (var row = 0; row < size; row++)
            {
                var norm = Math.Sqrt(rows[row].Sum(x => x * x));
                model[next] = ([.. rows[row].Select(x => (float)(x / norm))], images.Length == 0 ? KeyQueue.Unknown : images[row], step);
                (next, count) = ((next + 1) % capacity, Math.Min(count + 1, capacity));
            }

            if (random.Next(10) == 0)
            {
                queue = Reloaded(queue);
            }

            if (random.Next(20) == 0)
            {
                queue.Clear();
                (next, count) = (0, 0);
                continue;
            }

            (queue.Count, queue.Next).Should().Be((count, next));
            TensorAssert.Close(queue.Keys(), [.. model.Take(count).SelectMany(one => one!.Value.Key).Select(x => (double)x)], [count, dimension]);
            TensorAssert.Close(queue.Indices(), [.. model.Take(count).Select(one => (double)one!.Value.Image)], [count]);
            TensorAssert.Close(queue.Steps(), [.. model.Take(count).Select(one => (double)one!.Value.Step)], [count]);
            TensorAssert.Close(queue.MeanAge(step), model.Take(count).Average(one => step - one!.Value.Step), atol: 1e-4);
        }
    }

    [Fact]
    public void Enqueue_WholeNumberOfTurns_EndsWhereItBegan()
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(12, 2);
        for (var i = 0; i < 4; i++)
        {
            queue.Enqueue(ones(3, 2));
        }

        (queue.Next, queue.Count).Should().Be((0, 12));
    }

    [Fact]
    public void Keys_NotYetFull_HoldsNoNoise()
    {
        // What isn't there is no negative: the loss is that of the keys that came.
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(1000, 4);
        queue.Keys().shape.Should().Equal(0, 4);
        queue.Enqueue(ones(5, 4));
        var query = ones(2, 4);
        TensorAssert.Close(InfoNCE.LossAgainst(query, query, queue.Keys(), unitNegatives: true), Math.Log(6), atol: 1e-5);
        FluentActions.Invoking(() => InfoNCE.LossAgainst(query, query, new KeyQueue(3, 4).Keys())).Should().Throw<ArgumentException>()
            .WithMessage("Expected `negatives` to have at least one row and one column, but got [0, 4].");
    }

    [Fact]
    public void Keys_IsTheQueueItself()
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(4, 2, QueueStart.Random);
        var before = queue.Keys();
        queue.Enqueue(tensor(new float[,] { { 0, 3 } }));
        TensorAssert.Close(before[0], [0, 1], [2]);
        queue.Keys().requires_grad.Should().BeFalse();
    }

    [Fact]
    public void Enqueue_BeforeBackward_IsReported()
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(4, 2, QueueStart.Random);
        var queries = ones(1, 2).requires_grad_();
        var scores = queries.mm(queue.Keys().t());
        queue.Enqueue(ones(1, 2));
        scores.sum().Invoking(one => one.backward()).Should().Throw<Exception>().WithMessage("*modified by an inplace operation*");
    }

    [Fact]
    public void Enqueue_KeysWithGraph_LeavesItBehind()
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(4, 2);
        var keys = ones(2, 2).requires_grad_();
        queue.Enqueue(keys.mul(2));
        queue.Keys().requires_grad.Should().BeFalse();
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Enqueue_OtherPrecision_IsKeptInFloat32(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(4, 2);
        queue.Enqueue(tensor(new float[,] { { 3, 4 } }).to(type));
        TensorAssert.Close(queue.Keys(), [0.6, 0.8], [1, 2]);
        queue.Keys().dtype.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void To_OtherType_StaysFloat32()
    {
        using var scope = NewDisposeScope();
        using var holder = nn.Sequential(nn.Linear(2, 2));
        using var queue = new KeyQueue(4, 2, QueueStart.Random);
        queue.to(ScalarType.Float64);
        queue.to(CPU, ScalarType.BFloat16);
        queue.Keys().dtype.Should().Be(ScalarType.Float32);
        queue.Count.Should().Be(4);
    }

    [Fact]
    public void Start_Random_IsFullOfUnitKeysOfNoImage()
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(500, 3, QueueStart.Random, seed: 4);
        queue.Count.Should().Be(500);
        TensorAssert.Close(queue.Keys().norm(1), [.. Enumerable.Repeat(1.0, 500)], [500]);
        queue.Keys().mean([0]).abs().max().item<float>().Should().BeLessThan(0.1f);
        TensorAssert.Same(queue.Keys(), new KeyQueue(500, 3, QueueStart.Random, seed: 4).Keys());
        queue.Keys().allclose(new KeyQueue(500, 3, QueueStart.Random, seed: 5).Keys()).Should().BeFalse();
        queue.SameImage([0]).any().item<bool>().Should().BeFalse();
    }

    [Fact]
    public void SameImage_Indices_MarkTheirKeys()
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(5, 2);
        queue.Enqueue(ones(3, 2), [7, 8, 7]);
        queue.Enqueue(ones(1, 2));
        TensorAssert.Close(queue.SameImage([7, 9]), [1, 0, 1, 0, 0, 0, 0, 0], [2, 4]);
    }

    [Fact]
    public void StateDict_Queue_HoldsEverything()
    {
        using var queue = new KeyQueue(5, 2);
        queue.state_dict().Keys.Should().BeEquivalentTo("keys", "indices", "steps", "next.value", "count.value");
        queue.parameters().Should().BeEmpty();
    }

    [Fact]
    public void Lifetimes_AreItsOwn()
    {
        KeyQueue queue;
        using (var scope = NewDisposeScope())
        {
            queue = new KeyQueue(5, 2, QueueStart.Random);
            scope.DisposablesCount.Should().Be(0);
        }

        using var batch = ones(3, 2);
        LeakCheck.NothingLeft(() => queue.Enqueue(batch, [1, 2, 3]), batch);
        LeakCheck.NothingLeft(() => new KeyQueue(5, 2, QueueStart.Random).Dispose());
        LeakCheck.OnlyResult(queue.Keys);
        LeakCheck.OnlyResult(() => queue.SameImage([1]));
        LeakCheck.OnlyResult(() => queue.MeanAge(3));
        queue.Dispose();
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        using var queue = new KeyQueue(5, 2);
        FluentActions.Invoking(() => new KeyQueue(0, 2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("capacity");
        FluentActions.Invoking(() => new KeyQueue(2, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("dimension");
        FluentActions.Invoking(() => new KeyQueue(2, 2, (QueueStart)7)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("start");
        queue.Invoking(one => one.Enqueue(ones(2, 3))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `batch` to have shape [B, 2] like the queue's keys, but got [2, 3].*");
        queue.Invoking(one => one.Enqueue(ones(2))).Should().ThrowExactly<ArgumentException>();
        queue.Invoking(one => one.Enqueue(ones(0, 2))).Should().ThrowExactly<ArgumentException>();
        queue.Invoking(one => one.Enqueue(ones([2, 2], int64))).Should().ThrowExactly<ArgumentException>();
        queue.Invoking(one => one.Enqueue(null!)).Should().Throw<ArgumentNullException>();
        queue.Invoking(one => one.Enqueue(ones(2, 2), [1])).Should().ThrowExactly<ArgumentException>().WithMessage("Expected `images` to be 2, one per key, but got 1.*");
        queue.Invoking(one => one.Enqueue(ones(2, 2), [1, -1])).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("images");
        queue.Invoking(one => one.Enqueue(ones(2, 2), step: -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("step");
        queue.Invoking(one => one.Enqueue(full([2, 2], double.NaN))).Should().ThrowExactly<ArgumentException>().WithMessage("Expected `batch` to be finite*");
        queue.Invoking(one => one.SameImage([1])).Should().ThrowExactly<ArgumentException>().WithMessage("Expected the queue to hold keys, but it is empty.");
        queue.Invoking(one => one.SameImage([])).Should().ThrowExactly<ArgumentException>();
        queue.Count.Should().Be(0, "what is refused leaves no trace");
    }

    private static KeyQueue Reloaded(KeyQueue queue)
    {
        using var file = new MemoryStream();
        queue.SaveSafetensors(file);
        file.Position = 0;
        var other = new KeyQueue(queue.Capacity, queue.Dimension, QueueStart.Random, seed: 9);
        other.LoadSafetensors(file);
        return other;
    }
}
