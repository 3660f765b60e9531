using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Tests.Views;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Methods;

public sealed class MoCoTests
{
    private static readonly ImageShape s_shape = new(3, 16, 16);
    private static readonly ViewPlan s_views = ViewPlan.TwoViews(ViewPresets.MoCoCifar(16));
    private static readonly MoCoOptions s_options = new() { QueueCapacity = 20, Dimension = 8, Temperature = 0.2, Momentum = MomentumSchedule.Constant(0.5) };

    public static TheoryData<string> Cases => [.. Fixture.Load("moco.json").Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void TwentySteps_PlainPyTorch_AreTheSame(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixture.Load("moco.json").Single(one => one.Name == name);
        var views = new ViewPlan([new ViewPipeline(), new ViewPipeline(new RandomHorizontalFlip(probability: 1))]);
        var options = new MoCoOptions
        {
            QueueCapacity = 30,
            Dimension = 8,
            Temperature = fixture.Number("temperature"),
            Momentum = MomentumSchedule.Constant(fixture.Number("momentum")),
            Symmetric = fixture.Number("symmetric") == 1,
            QueueStart = QueueStart.Random,
        };
        using var method = new MoCo(
            () => new SmallConvNet(4, batchNormSplits: (int)fixture.Number("splits")), () => ProjectionHead.MoCoV2(16, 8), views, options);
        Load(method, fixture);
        using var optimizer = optim.SGD(method.TrainedParameters().Select(entry => entry.Parameter), 0.03, momentum: 0.9, weight_decay: 1e-4);
        var losses = new List<double>();
        for (var step = 0; step < 20; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            var loss = method.Compute(new(Images(step), Examples.Indices(8), step)).Loss;
            loss.backward();
            optimizer.step();
            method.AfterStep();
            losses.Add(loss.item<float>());
        }

        TensorAssert.Close(tensor(losses), fixture.Tensor("losses"), atol: 1e-4);
        TensorAssert.Close(method.Queue.Keys(), fixture.Tensor("queue"), atol: 1e-5);
        method.Queue.Next.Should().Be((int)fixture.Number("pointer"));
        foreach (var (key, value) in method.KeyEncoder.Module.state_dict().Where(entry => fixture.Has($"final.encoder.{entry.Key}")))
        {
            TensorAssert.Close(value, fixture.Tensor($"final.encoder.{key}"), atol: 1e-5);
        }
    }

    [Fact]
    public void Compute_EmptyQueue_TakesTheBatchsOtherKeys()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options);
        method.eval();
        var output = method.Compute(Batch(WithMetrics: true));
        TensorAssert.Close(output.Loss, InfoNCE.Loss(output.Embeddings[0], output.Embeddings[1], 0.2));
        TensorAssert.Close(output.Metrics["queue fill"], 0);
        method.Queue.Count.Should().Be(0);
    }

    [Fact]
    public void Compute_Batch_IsTheComposition()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options);
        Step(method, 0);
        method.eval();
        var output = method.Compute(Batch(7, WithMetrics: true));
        var views = s_views.Apply(Examples.Bytes(1, 6, s_shape), 3, 7, Examples.Indices(6));
        var query = method.Head.call(method.Encoder.call(views[0]));
        var key = method.KeyHead.call(method.KeyEncoder.call(views[1]));
        TensorAssert.Close(output.Embeddings[0], query.detach());
        TensorAssert.Close(output.Embeddings[1], key);
        TensorAssert.Close(output.Loss, InfoNCE.LossAgainst(query, key, method.Queue.Keys(), 0.2));
        TensorAssert.Close(output.Metrics["accuracy"], InfoNCE.AccuracyAgainst(query, key, method.Queue.Keys()));
        TensorAssert.Close(output.Metrics["queue age"], 7);
        TensorAssert.Close(output.Metrics["queue fill"], 6 / 20.0);
        output.Embeddings.Should().OnlyContain(one => !one.requires_grad);
    }

    [Fact]
    public void Compute_KeyCopy_NeverHasAGradient()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options);
        Step(method, 0);
        method.Compute(Batch(1)).Loss.backward();
        method.KeyEncoder.parameters().Concat(method.KeyHead.parameters()).All(one => !one.requires_grad && one.grad is null).Should().BeTrue();
        method.Queue.Keys().requires_grad.Should().BeFalse();
        method.TrainedParameters().Select(entry => entry.Name.Split('.')[0]).Distinct().Should().Equal("encoder", "head");
    }

    [Fact]
    public void Compute_ExcludedImages_AreNoNegatives()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options with { ExcludeSameImage = true });
        Step(method, 0);
        var output = method.Compute(Batch(1));
        var mask = method.Queue.SameImage(Examples.Indices(6));
        mask.sum().item<long>().Should().Be(6);
        TensorAssert.Close(output.Loss, InfoNCE.LossAgainst(output.Embeddings[0], output.Embeddings[1], method.Queue.Keys(), 0.2, mask));
    }

    [Fact]
    public void Compute_ShuffledKeys_AreInTheBatchsOrder()
    {
        // With batch norm over the whole batch the order makes no difference, so both must agree.
        using var scope = NewDisposeScope();
        using var plain = Method(s_options);
        using var shuffled = Method(s_options with { ShuffleKeys = true });
        var (one, other) = (plain.Compute(Batch()), shuffled.Compute(Batch()));
        TensorAssert.Close(other.Embeddings[1], one.Embeddings[1], atol: 1e-4);
        TensorAssert.Close(other.Embeddings[0], one.Embeddings[0]);
    }

    [Fact]
    public void AfterStep_AccumulatedBatches_EnterInOrder()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options);
        var outputs = Enumerable.Range(0, 3).Select(step => method.Compute(Batch(step))).ToList();
        method.Queue.Count.Should().Be(0, "the backward passes are still to come");
        method.AfterStep();
        method.Queue.Count.Should().Be(18);
        TensorAssert.Close(method.Queue.Keys(), nn.functional.normalize(cat([.. outputs.Select(one => one.Embeddings[1])])));
        TensorAssert.Close(method.Queue.Steps(), [.. Enumerable.Range(0, 18).Select(row => (double)(row / 6))], [18]);
        method.KeyEncoder.Updates.Should().Be(1);
    }

    [Fact]
    public void AfterStep_NeverCalled_KeepsNoMoreThanAQueueful()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options);
        var outputs = Enumerable.Range(0, 9).Select(step => method.Compute(Batch(step))).ToList();
        method.AfterStep();
        method.Queue.Count.Should().Be(20);
        method.Queue.Steps().min().item<long>().Should().Be(5, "four batches of six fill twenty places");
        TensorAssert.Close(method.Queue.Steps().max(), 8);
    }

    [Fact]
    public void AfterStep_StepGivenUpAndBegunAnew_TakesUpOnlyTheNewKeys()
    {
        // As where a run fails between a loss and its step, and goes on from a checkpoint.
        using var scope = NewDisposeScope();
        using var method = Method(s_options);
        method.Compute(Batch(4)).Dispose();
        method.Compute(Batch(5)).Dispose();
        method.Compute(Batch(4)).Dispose();
        method.AfterStep();
        method.Queue.Count.Should().Be(6);
        TensorAssert.Close(method.Queue.Steps(), [.. Enumerable.Repeat(4.0, 6)], [6]);
    }

    [Fact]
    public void Symmetric_Step_EnqueuesBothViews()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options with { Symmetric = true });
        Step(method, 0);
        method.Queue.Count.Should().Be(12);
        TensorAssert.Close(method.Queue.Indices(), [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5], [12]);
    }

    [Fact]
    public void Loss_RandomQueue_StartsNearTheGuessOfChance()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options with { QueueCapacity = 4096, Dimension = 8, Temperature = 1, QueueStart = QueueStart.Random });
        method.Compute(Batch()).Loss.item<float>().Should().BeInRange(7.3f, 8.6f, "ln(4097) is 8.318 and the positive is more similar");
    }

    [Fact]
    public void Options_Presets_AreThePublishedOnes()
    {
        (MoCoOptions.V1.QueueCapacity, MoCoOptions.V1.Momentum(5), MoCoOptions.V1.Temperature, MoCoOptions.V1.Dimension).Should().Be((65_536, 0.999, 0.07, 128));
        (MoCoOptions.V2.QueueCapacity, MoCoOptions.V2.Momentum(5), MoCoOptions.V2.Temperature).Should().Be((65_536, 0.999, 0.2));
        (MoCoOptions.Cifar.QueueCapacity, MoCoOptions.Cifar.Momentum(5), MoCoOptions.Cifar.Temperature, MoCoOptions.Cifar.ShuffleKeys).Should().Be((4096, 0.99, 0.1, true));
        new[] { MoCoOptions.V1, MoCoOptions.V2, MoCoOptions.Cifar }.Should().OnlyContain(one => one.QueueStart == QueueStart.Random && one.Buffers == BufferPolicy.Own && !one.Symmetric);
    }

    [Fact]
    public void StateDict_Method_HoldsEverything()
    {
        using var method = Method(s_options);
        method.state_dict().Keys.Select(key => key.Split('.')[0]).Distinct().Should().Equal("encoder", "head", "keyEncoder", "keyHead", "queue");
        method.state_dict().Keys.Should().Contain(["keyEncoder.module.layer1.0.weight", "keyEncoder.updates.value", "queue.keys", "queue.next.value", "queue.count.value"]);
    }

    [Fact]
    public void Lifetimes_AreTheCallers()
    {
        MoCo method;
        using (var scope = NewDisposeScope())
        {
            method = Method(s_options with { ExcludeSameImage = true, ShuffleKeys = true, Symmetric = true });
            scope.DisposablesCount.Should().Be(0);
        }

        var images = Examples.Bytes(1, 4, s_shape);
        LeakCheck.NothingLeft(
            () =>
            {
                using var scope = NewDisposeScope();
                method.Compute(new(images, Examples.Indices(4), WithMetrics: true)).Loss.backward();
                method.zero_grad();
                method.AfterStep();
            },
            images);
        method.eval();
        LeakCheck.NothingLeft(() => method.Compute(new(images, Examples.Indices(4), WithMetrics: true)).Dispose(), images);
        method.Dispose();
        LeakCheck.NothingLeft(() =>
        {
            using var other = Method(s_options);
            other.Compute(new(images, Examples.Indices(4))).Dispose();
        });
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options);
        var images = Examples.Bytes(1, 4, s_shape);
        FluentActions.Invoking(() => new MoCo(() => new SmallConvNet(4), () => nn.Flatten(), ViewPlan.Repeated(new ViewPipeline(), 3))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `views` to plan two views, query and key, but it plans 3.*");
        using var shared = new SmallConvNet(4);
        FluentActions.Invoking(() => new MoCo(() => shared, () => nn.Flatten(), s_views)).Should().ThrowExactly<ArgumentException>().WithMessage("*it gave the original*");
        FluentActions.Invoking(() => new MoCo(null!, () => shared, s_views)).Should().Throw<ArgumentNullException>().WithParameterName("encoder");
        FluentActions.Invoking(() => new MoCoOptions { QueueCapacity = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new MoCoOptions { Dimension = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new MoCoOptions { Temperature = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        method.Invoking(one => one.Compute(null!)).Should().Throw<ArgumentNullException>();
        method.Invoking(one => one.Compute(new(images, Examples.Indices(4)), player: 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        method.Invoking(one => one.AfterStep(1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        method.Invoking(one => one.Compute(new(images, Examples.Indices(3)))).Should().ThrowExactly<ArgumentException>();
        using var wide = Method(s_options with { Dimension = 9 });
        wide.Invoking(one => one.Compute(new(images, Examples.Indices(4)))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected the head's outputs to have shape [4, 9], but got [4, 8].");
    }

    private static PretrainingBatch Batch(int step = 0, bool WithMetrics = false) => new(Examples.Bytes(1, 6, s_shape), Examples.Indices(6), step, WithMetrics);

    private static void Step(MoCo method, int step)
    {
        method.Compute(Batch(step)).Dispose();
        method.AfterStep();
    }

    private static MoCo Method(MoCoOptions options)
    {
        using var weights = new Generator(1);
        return new MoCo(() => new SmallConvNet(4, generator: weights), () => ProjectionHead.MoCoV2(16, 8, weights), s_views, options, seed: 3);
    }

    private static void Load(MoCo method, Fixture fixture)
    {
        using var noGradient = no_grad();
        foreach (var (name, parameter) in method.TrainedParameters())
        {
            parameter.copy_(fixture.Tensor($"initial.{name}"));
        }

        ExponentialMovingAverage.Copy(method.KeyEncoder.Module, method.Encoder);
        ExponentialMovingAverage.Copy(method.KeyHead.Module, method.Head);
        method.Queue.Keys().copy_(fixture.Tensor("initial.queue"));
    }

    // The script's formula.
    private static Tensor Images(int step)
    {
        var bytes = new byte[8 * 3 * 16 * 16];
        for (var k = 0; k < bytes.Length; k++)
        {
            bytes[k] = (byte)((((uint)((step * bytes.Length) + k) * 1103515245u) + 12345u) >> 24);
        }

        return tensor(bytes, [8, 3, 16, 16]);
    }
}
