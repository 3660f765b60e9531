using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Tests.Views;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Methods;

public sealed class MoCoPlusPlusTests
{
    private static readonly ImageShape s_shape = new(3, 16, 16);
    private static readonly ViewPlan s_plan = ViewPlan.TwoViews(ViewPresets.MoCoCifar(16));
    private static readonly MoCoOptions s_options = new() { QueueCapacity = 20, Dimension = 8, Temperature = 0.2, Momentum = MomentumSchedule.Constant(0.5) };

    [Fact]
    public void Compute_Batch_IsTheMeanOfMoCosLosses()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options);
        method.Compute(Batch(0)).Dispose();
        method.AfterStep();
        method.eval();
        var output = method.Compute(Batch(7, withMetrics: true));
        var views = s_plan.Apply(Examples.Bytes(1, 6, s_shape), 3, 7, Examples.Indices(6));
        var (queries, keys) = (method.Spaces.call(views[0]).unbind(1), method.KeySpaces.call(views[1]).unbind(1));
        TensorAssert.Close(output.Loss, stack(Enumerable.Range(0, 3).Select(space => InfoNCE.LossAgainst(queries[space], keys[space], method.Queues[space].Keys(), 0.2))).mean());
        TensorAssert.Close(
            output.Metrics["accuracy"], stack(Enumerable.Range(0, 3).Select(space => InfoNCE.AccuracyAgainst(queries[space], keys[space], method.Queues[space].Keys()))).mean());
        TensorAssert.Close(output.Embeddings[0], queries[0].detach());
        TensorAssert.Close(output.Embeddings[1], keys[0]);
    }

    [Fact]
    public void AfterStep_Queues_HoldTheKeysOfTheirSpaceAndCopiesFollow()
    {
        using var scope = NewDisposeScope();
        using var method = Method(s_options);
        method.Compute(Batch(0)).Loss.backward();
        method.Queues.Should().HaveCount(3).And.OnlyContain(queue => queue.Count == 0);
        method.TrainedParameters().Where(entry => entry.Parameter.grad is null).Should().BeEmpty();
        method.AfterStep();
        method.Queues.Should().OnlyContain(queue => queue.Count == 6);
        method.Queues[0].Keys().allclose(method.Queues[1].Keys()).Should().BeFalse("each head makes its own");
        method.KeySpaces.Updates.Should().Be(1);
        method.state_dict().Keys.Select(key => key.Split('.')[0]).Distinct().Should().Equal("spaces", "keySpaces", "queues");
    }

    [Fact]
    public void Options_Default_AreLooCsWithoutItsViews()
    {
        using var method = new MoCoPlusPlus(() => new SmallConvNet(4), () => ProjectionHead.MoCoV2(16), s_plan);
        (method.Options.QueueCapacity, method.Options.Temperature, method.Spaces.Count).Should().Be((16_384, 0.2, 1));
    }

    [Fact]
    public void Lifetimes_AreTheCallers()
    {
        MoCoPlusPlus method;
        using (var scope = NewDisposeScope())
        {
            method = Method(s_options with { ShuffleKeys = true, ExcludeSameImage = true });
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
        method.Dispose();
        LeakCheck.NothingLeft(() => Method(s_options).Dispose());
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var method = Method(s_options);
        FluentActions.Invoking(() => new MoCoPlusPlus(() => new SmallConvNet(4), () => nn.Flatten(), ViewPlan.Repeated(new ViewPipeline(), 3))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `views` to plan two views, query and key, but it plans 3.*");
        FluentActions.Invoking(() => Method(s_options with { Symmetric = true })).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => new MoCoPlusPlus(() => new SmallConvNet(4), null!, s_plan)).Should().Throw<ArgumentNullException>().WithParameterName("head");
        method.Invoking(one => one.Compute(null!)).Should().Throw<ArgumentNullException>();
        method.Invoking(one => one.AfterStep(1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        using var wide = Method(s_options with { Dimension = 9 });
        wide.Invoking(one => one.Compute(Batch(0))).Should().ThrowExactly<ArgumentException>().WithMessage("Expected the heads' outputs to have shape [6, 9], but got [6, 8].");
    }

    private static PretrainingBatch Batch(int step, bool withMetrics = false) => new(Examples.Bytes(1, 6, s_shape), Examples.Indices(6), step, withMetrics);

    private static MoCoPlusPlus Method(MoCoOptions options)
    {
        using var weights = new Generator(1);
        return new MoCoPlusPlus(() => BranchingEncoder.OfSmallConvNet(3, 4, generator: weights), () => ProjectionHead.MoCoV2(16, 8, weights), s_plan, options, seed: 3);
    }
}
