using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Tests.Views;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Methods;

public sealed class LooCTests
{
    private static readonly ImageShape s_shape = new(3, 16, 16);
    private static readonly LooCViews s_views = LooCViews.Cifar(new RightAngleRotation(), size: 16);
    private static readonly ViewPlan s_plan = ViewPlan.LeaveOneOut(s_views.Pipeline, s_views.Color, s_views.Rotation);

    private static readonly LooCOptions s_options = new()
    {
        MoCo = new() { QueueCapacity = 50, Dimension = 8, Temperature = 0.2, Momentum = MomentumSchedule.Constant(0.5) },
    };

    public static TheoryData<string> Cases => [.. Fixture.Load("looc.json").Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void TwentySteps_PlainPyTorch_AreTheSame(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixture.Load("looc.json").Single(one => one.Name == name);
        var branching = fixture.Number("branching") == 1;
        var flips = ViewPlan.LeaveOneOut(
            new ViewPipeline(new RandomHorizontalFlip(), new RandomVerticalFlip(0.5)), new("horizontal", [0]), new DesignatedAugmentation("vertical", [1]));
        var options = new LooCOptions
        {
            MoCo = new()
            {
                QueueCapacity = 50,
                Dimension = 8,
                Temperature = fixture.Number("temperature"),
                Momentum = MomentumSchedule.Constant(fixture.Number("momentum")),
                QueueStart = QueueStart.Random,
            },
            Queues = Enum.Parse<QueueContents>(name),
        };
        using var method = Method(options, branching, flips);
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
        TensorAssert.Close(tensor(method.Queues.Select(queue => (long)queue.Next).ToArray()), fixture.Tensor("pointers"));
        for (var space = 0; space < 3; space++)
        {
            TensorAssert.Close(method.Queues[space].Keys(), fixture.Tensor($"queue{space}"), atol: 2e-5);
        }

        foreach (var (key, value) in method.KeySpaces.Module.state_dict().Where(entry => !entry.Key.Contains("num_batches", StringComparison.Ordinal)))
        {
            TensorAssert.Close(value, fixture.Tensor($"final.{key}"), atol: 2e-5);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Compute_Batch_IsTheComposition(bool branching)
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options, branching);
        Step(method, 0);
        method.eval();
        var output = method.Compute(Batch(7, withMetrics: true));
        var views = s_plan.Apply(Examples.Bytes(1, 6, s_shape), 3, 7, Examples.Indices(6));
        var queries = method.Spaces.call(views[0]).permute(1, 0, 2);
        var keys = stack(views.Skip(1).Select(view => method.KeySpaces.call(view))).permute(2, 0, 1, 3);
        Tensor[] negatives = [.. method.Queues.Select(queue => queue.Keys())];
        TensorAssert.Close(output.Loss, LeaveOneOut.Loss(queries, keys, negatives, 0.2));
        TensorAssert.Close(output.Embeddings[0], queries[0].detach());
        TensorAssert.Close(output.Embeddings[1], keys[0][0]);
        method.SpaceNames.Should().Equal("all", "colour", "rotation");
        var (accuracies, terms) = (LeaveOneOut.Accuracy(queries, keys, negatives), LeaveOneOut.Terms(queries, keys, negatives, 0.2).detach());
        for (var space = 0; space < 3; space++)
        {
            TensorAssert.Close(output.Metrics[$"accuracy {method.SpaceNames[space]}"], accuracies[space]);
            TensorAssert.Close(output.Metrics[$"loss {method.SpaceNames[space]}"], terms[space].mean());
        }

        TensorAssert.Close(output.Metrics["queue age"], 7);
        TensorAssert.Close(output.Metrics["queue fill"], 6 / 50.0);
        output.Embeddings.Concat(output.Metrics.Values).Should().OnlyContain(one => !one.requires_grad);
        method.Queues[0].Count.Should().Be(6, "in evaluation a batch leaves no trace");
    }

    [Fact]
    public void Compute_NoAugmentation_IsMoCo()
    {
        using var scope = NewDisposeScope();
        var options = s_options.MoCo with { QueueStart = QueueStart.Random, ShuffleKeys = true };
        using var weights = new Generator(1);
        using var again = new Generator(1);
        using var looc = new LooC(() => new SmallConvNet(4, generator: weights), () => ProjectionHead.MoCoV2(16, 8, weights), ViewPlan.LeaveOneOut(s_views.Pipeline), new() { MoCo = options }, seed: 3);
        using var moco = new MoCo(() => new SmallConvNet(4, generator: again), () => ProjectionHead.MoCoV2(16, 8, again), ViewPlan.TwoViews(s_views.Pipeline), options, seed: 3);
        using (no_grad())
        {
            foreach (var (one, other) in looc.Spaces.parameters().Concat(looc.KeySpaces.parameters()).Zip(moco.Encoder.parameters().Concat(moco.Head.parameters()).Concat(moco.KeyEncoder.parameters()).Concat(moco.KeyHead.parameters())))
            {
                other.copy_(one);
            }
        }

        for (var step = 0; step < 3; step++)
        {
            TensorAssert.Close(looc.Compute(Batch(step)).Loss, moco.Compute(Batch(step)).Loss);
            looc.AfterStep();
            moco.AfterStep();
        }

        TensorAssert.Same(looc.Queues[0].Keys(), moco.Queue.Keys());
    }

    [Fact]
    public void Compute_EmptyQueues_TakeTheBatchsOtherImages()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options, branching: false);
        method.eval();
        var output = method.Compute(Batch(0, withMetrics: true));
        var views = s_plan.Apply(Examples.Bytes(1, 6, s_shape), 3, 0, Examples.Indices(6));
        var queries = method.Spaces.call(views[0]).permute(1, 0, 2);
        var keys = stack(views.Skip(1).Select(view => method.KeySpaces.call(view))).permute(2, 0, 1, 3);
        var same = eye(6, dtype: @bool);
        TensorAssert.Close(output.Loss, LeaveOneOut.Loss(
            queries, keys, [keys[0][0], keys[1].reshape(18, 8), keys[2].reshape(18, 8)], 0.2, [same, cat([same, same, same], 1), cat([same, same, same], 1)]));
        TensorAssert.Close(output.Metrics["queue fill"], 0);
    }

    [Theory]
    [InlineData(QueueContents.AllViews, 18, 18)]
    [InlineData(QueueContents.OwnView, 6, 6)]
    [InlineData(QueueContents.K0Only, 6, 6)]
    public void AfterStep_Queues_HoldTheKeysOfTheirSpace(QueueContents contents, int first, int second)
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options with { Queues = contents }, branching: true);
        var copy = method.KeySpaces.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        method.Compute(Batch(0)).Dispose();
        method.Queues.Should().OnlyContain(queue => queue.Count == 0, "the backward pass is still to come");
        var views = s_plan.Apply(Examples.Bytes(1, 6, s_shape), 3, 0, Examples.Indices(6));
        method.KeySpaces.load_state_dict(copy);
        var keys = views.Skip(1).Select(view => nn.functional.normalize(method.KeySpaces.call(view), dim: 2)).ToArray();
        method.AfterStep();
        method.Queues.Select(queue => queue.Count).Should().Equal(6, first, second);
        for (var space = 0; space < 3; space++)
        {
            int[] entered = space == 0 || contents == QueueContents.K0Only ? [0] : contents == QueueContents.OwnView ? [space] : [0, 1, 2];
            TensorAssert.Close(method.Queues[space].Keys(), cat([.. entered.Select(view => keys[view].select(1, space))]), atol: 1e-5);
            TensorAssert.Close(method.Queues[space].Indices(), [.. entered.SelectMany(_ => Enumerable.Range(0, 6).Select(image => (double)image))], [6 * entered.Length]);
        }
    }

    [Fact]
    public void Compute_ExcludedImages_AreNoNegatives()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options with { MoCo = s_options.MoCo with { ExcludeSameImage = true } }, branching: false);
        Step(method, 0);
        method.eval();
        var output = method.Compute(Batch(7));
        var views = s_plan.Apply(Examples.Bytes(1, 6, s_shape), 3, 7, Examples.Indices(6));
        var queries = method.Spaces.call(views[0]).permute(1, 0, 2);
        var keys = stack(views.Skip(1).Select(view => method.KeySpaces.call(view))).permute(2, 0, 1, 3);
        Tensor[] masks = [.. method.Queues.Select(queue => queue.SameImage(Examples.Indices(6)))];
        masks.Select(mask => mask.sum().item<long>()).Should().Equal(6, 18, 18);
        TensorAssert.Close(output.Loss, LeaveOneOut.Loss(queries, keys, [.. method.Queues.Select(queue => queue.Keys())], 0.2, masks));
    }

    [Fact]
    public void AfterStep_Accumulation_IsInOrderAndKeepsNoMoreThanQueuefuls()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options, branching: false);
        for (var step = 0; step < 7; step++)
        {
            method.Compute(Batch(step)).Dispose();
        }

        method.AfterStep();
        method.Queues.Select(queue => queue.Count).Should().Equal(42, 50, 50);
        TensorAssert.Close(method.Queues[0].Steps(), [.. Enumerable.Range(0, 42).Select(row => (double)(row / 6))], [42]);
        TensorAssert.Close(method.Queues[1].Steps().min(), 4, atol: 0);
        method.KeySpaces.Updates.Should().Be(1);
    }

    [Fact]
    public void Compute_Backward_ReachesEncoderAndAllHeadsAndNoCopy()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options, branching: true);
        Step(method, 0);
        method.Compute(Batch(1)).Loss.backward();
        method.TrainedParameters().Select(entry => entry.Name.Split('.')[0]).Distinct().Should().Equal("spaces");
        method.TrainedParameters().Where(entry => entry.Parameter.grad is null).Should().BeEmpty();
        foreach (var head in method.Spaces.Heads)
        {
            head.parameters().Last().grad!.abs().sum().item<float>().Should().BePositive();
        }

        method.KeySpaces.parameters().All(one => !one.requires_grad && one.grad is null).Should().BeTrue();
    }

    [Fact]
    public void AfterStep_MomentumCopies_FollowEncoderAndEveryHead()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options, branching: false);
        using (no_grad())
        {
            foreach (var parameter in method.Spaces.parameters())
            {
                parameter.add_(1);
            }
        }

        method.AfterStep();
        foreach (var (one, other) in method.Spaces.parameters().Zip(method.KeySpaces.parameters()))
        {
            TensorAssert.Close(one.sub(other), full_like(one, 0.5), atol: 1e-5);
        }
    }

    [Fact]
    public void Compute_ShuffledKeys_AreInTheBatchsOrder()
    {
        // With batch norm over the whole batch the order makes no difference, so both must agree.
        using var scope = NewDisposeScope();
        using var plain = Method(s_options, branching: false);
        using var shuffled = Method(s_options with { MoCo = s_options.MoCo with { ShuffleKeys = true } }, branching: false);
        TensorAssert.Close(shuffled.Compute(Batch(0)).Loss, plain.Compute(Batch(0)).Loss, atol: 1e-4);
    }

    [Fact]
    public void Queues_RandomStart_DifferFromSpaceToSpace()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options with { MoCo = s_options.MoCo with { QueueStart = QueueStart.Random } }, branching: false);
        method.Queues[0].Keys().allclose(method.Queues[1].Keys()).Should().BeFalse();
        method.Queues[1].Keys().allclose(method.Queues[2].Keys()).Should().BeFalse();
    }

    [Fact]
    public void Options_Default_AreThePublishedOnes()
    {
        var options = new LooCOptions();
        (options.MoCo.QueueCapacity, options.MoCo.Temperature, options.MoCo.Dimension, options.MoCo.Momentum(5), options.Queues)
            .Should().Be((16_384, 0.2, 128, 0.999, QueueContents.AllViews));
    }

    [Fact]
    public void StateDict_Method_HoldsEverything()
    {
        using var method = Method(s_options, branching: true);
        method.state_dict().Keys.Select(key => key.Split('.')[0]).Distinct().Should().Equal("spaces", "keySpaces", "queues");
        method.state_dict().Keys.Should().Contain(
            ["spaces.encoder.branches.2.0.weight", "spaces.heads.2.layers.0.weight", "keySpaces.module.encoder.trunk.0.0.weight", "keySpaces.updates.value", "queues.spaces.2.keys", "queues.spaces.2.next.value"]);
    }

    [Fact]
    public void Lifetimes_AreTheCallers()
    {
        LooC method;
        var options = s_options with { MoCo = s_options.MoCo with { ExcludeSameImage = true, ShuffleKeys = true } };
        using (var scope = NewDisposeScope())
        {
            method = Method(options, branching: true);
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
            using var other = Method(options, branching: false);
            other.Compute(new(images, Examples.Indices(4))).Dispose();
        });
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options, branching: false);
        var images = Examples.Bytes(1, 4, s_shape);
        FluentActions.Invoking(() => Method(s_options, branching: false, ViewPlan.Repeated(new ViewPipeline(), 4))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `views` to plan a query and n + 1 keys for its n = 0 augmentations, but it plans 4 views.*");
        FluentActions.Invoking(() => new LooC(() => BranchingEncoder.OfSmallConvNet(2, 4), () => ProjectionHead.MoCoV2(16, 8), s_plan)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `encoder` to have 3 branches, one for each space, but it has 2.*");
        FluentActions.Invoking(() => Method(s_options, branching: false, ViewPlan.LeaveOneOut(s_views.Pipeline, new DesignatedAugmentation("all", [1])))).Should()
            .ThrowExactly<ArgumentException>().WithMessage("Expected no augmentation of `views` to be named \"all\"*");
        FluentActions.Invoking(() => new LooCOptions { MoCo = new() { Symmetric = true } }).Should().ThrowExactly<ArgumentException>().WithMessage("Expected `MoCo` not to be symmetric*");
        FluentActions.Invoking(() => new LooCOptions { Queues = (QueueContents)9 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new LooC(null!, () => nn.Flatten(), s_plan)).Should().Throw<ArgumentNullException>().WithParameterName("encoder");
        method.Invoking(one => one.Compute(null!)).Should().Throw<ArgumentNullException>();
        method.Invoking(one => one.Compute(new(images, Examples.Indices(4)), player: 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        method.Invoking(one => one.AfterStep(1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        using var wide = Method(s_options with { MoCo = s_options.MoCo with { Dimension = 9 } }, branching: false);
        wide.Invoking(one => one.Compute(new(images, Examples.Indices(4)))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected the heads' outputs to have shape [4, 9], but got [4, 8].");
    }

    internal static LooC Method(LooCOptions options, bool branching, ViewPlan? plan = null)
    {
        using var weights = new Generator(1);
        return new LooC(
            () => branching ? BranchingEncoder.OfSmallConvNet(3, 4, generator: weights) : new SmallConvNet(4, generator: weights),
            () => ProjectionHead.MoCoV2(16, 8, weights),
            plan ?? s_plan,
            options,
            seed: 3);
    }

    private static PretrainingBatch Batch(int step, bool withMetrics = false) => new(Examples.Bytes(1, 6, s_shape), Examples.Indices(6), step, withMetrics);

    private static void Step(LooC method, int step)
    {
        method.Compute(Batch(step)).Dispose();
        method.AfterStep();
    }

    private static void Load(LooC method, Fixture fixture)
    {
        using var noGradient = no_grad();
        foreach (var (name, parameter) in method.Spaces.named_parameters())
        {
            parameter.copy_(fixture.Tensor($"initial.{name}"));
        }

        ExponentialMovingAverage.Copy(method.KeySpaces.Module, method.Spaces);
        for (var space = 0; space < 3; space++)
        {
            method.Queues[space].Keys().copy_(fixture.Tensor($"initial.queue{space}"));
        }
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
