using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

public sealed class ViewPlanTests
{
    private static readonly ImageShape s_shape = new(3, 16, 16);

    [Fact]
    public void TwoViews_Draws_AreTheViewsOfTheirNumbers()
    {
        var pipeline = ViewPresets.SimClrCifar(12);
        var draws = ViewPlan.TwoViews(pipeline).Draw(7, 3, [5, 6], s_shape);
        draws.Should().HaveCount(2);
        for (var view = 0; view < 2; view++)
        {
            draws[view].Values.ToArray().Should().Equal(pipeline.Draw(new ViewKey(7, 3, view), [5, 6], s_shape).Values.ToArray());
        }

        draws[0].Values.ToArray().Should().NotEqual(draws[1].Values.ToArray());
    }

    [Fact]
    public void TwoViews_SharedCrop_IsDrawnOnceAndTheRestTwice()
    {
        var plan = ViewPlan.TwoViews(ViewPresets.SimClrCifar(12), shared: [0]);
        var draws = plan.Draw(7, 3, Examples.Indices(50), s_shape);
        for (var image = 0; image < 50; image++)
        {
            draws[0].Parameters(0, image).ToArray().Should().Equal(draws[1].Parameters(0, image).ToArray());
        }

        Enumerable.Range(0, 50).Count(image => draws[0].IsApplied(1, image) == draws[1].IsApplied(1, image)).Should().BeInRange(10, 40);
        plan.Shared.Should().Equal(0);
    }

    [Fact]
    public void OneSided_SecondView_HasNoneOfTheFirstsOperators()
    {
        using var scope = NewDisposeScope();
        var plan = ViewPlan.OneSided(new ViewPipeline(new RandomResizedCrop(12, 12)), new RandomGrayscale(1));
        var views = plan.Apply(Examples.Bytes(1, 3, s_shape), seed: 1, step: 0, [0, 1, 2]);
        IsGray(views[0]).Should().BeTrue();
        IsGray(views[1]).Should().BeFalse();

        static bool IsGray(Tensor images) => images.amax([1]).sub(images.amin([1])).max().item<float>() < 1e-6;
    }

    [Fact]
    public void ManyCrops_Views_HaveTheirSizes()
    {
        using var scope = NewDisposeScope();
        var plan = ViewPlan.ManyCrops(ViewPresets.SimClrCifar(16), ViewPresets.SimClrCifar(8));
        var views = plan.Apply(Examples.Bytes(1, 3, s_shape), seed: 1, step: 0, [0, 1, 2]);
        plan.Count.Should().Be(8);
        views.Select(view => view.shape[3]).Should().Equal(16, 16, 8, 8, 8, 8, 8, 8);
    }

    [Fact]
    public void Repeated_NoOperator_RepeatsTheImages()
    {
        using var scope = NewDisposeScope();
        var images = Examples.Floats(1, 3, s_shape);
        var views = ViewPlan.Repeated(new ViewPipeline(), 3).Apply(images, seed: 1, step: 0, [0, 1, 2]);
        views.Should().HaveCount(3);
        foreach (var view in views)
        {
            TensorAssert.Same(view, images);
        }
    }

    [Fact]
    public void Apply_GivenDraws_IsEachPipelinesApply()
    {
        using var scope = NewDisposeScope();
        var images = Examples.Bytes(1, 3, s_shape);
        var plan = ViewPlan.ManyCrops(ViewPresets.SimClrCifar(16), ViewPresets.MoCoV1(8), 1, 1);
        var draws = plan.Draw(1, 0, [0, 1, 2], s_shape);
        var views = plan.Apply(images, draws);
        TensorAssert.Same(views[0], plan.Pipelines[0].Apply(images, draws[0]));
        TensorAssert.Same(views[1], plan.Pipelines[1].Apply(images, draws[1]));
    }

    [Fact]
    public void Apply_Lifetimes_AreTheCallers()
    {
        var images = Examples.Bytes(1, 3, s_shape);
        var plan = ViewPlan.TwoViews(ViewPresets.SimClrCifar(12));
        foreach (var executor in new[] { ViewExecutor.Torch, ViewExecutor.Fused })
        {
            LeakCheck.NothingLeft(
                () =>
                {
                    foreach (var view in plan.Apply(images, 1, 0, [0, 1, 2], executor))
                    {
                        view.Dispose();
                    }
                },
                images);
        }
    }

    [Fact]
    public void Constructor_BadArguments_Throws()
    {
        var (one, other) = (ViewPresets.SimClrCifar(12), ViewPresets.MoCoV1(12));
        FluentActions.Invoking(() => new ViewPlan([])).Should().ThrowExactly<ArgumentException>().WithParameterName("pipelines");
        FluentActions.Invoking(() => new ViewPlan([one, null!])).Should().ThrowExactly<ArgumentException>().WithParameterName("pipelines");
        FluentActions.Invoking(() => new ViewPlan([one, other], shared: [0])).Should().ThrowExactly<ArgumentException>().WithParameterName("shared")
            .WithMessage("Expected every pipeline to have the same operators up to the shared place 0, but they differ or end before.*");
        FluentActions.Invoking(() => new ViewPlan([one, one], shared: [4])).Should().ThrowExactly<ArgumentException>().WithParameterName("shared");
        FluentActions.Invoking(() => new ViewPlan([one, one], shared: [-1])).Should().ThrowExactly<ArgumentException>().WithParameterName("shared");
        FluentActions.Invoking(() => ViewPlan.Repeated(one, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        FluentActions.Invoking(() => ViewPlan.ManyCrops(one, one, 2, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("smallCount");
        FluentActions.Invoking(() => ViewPlan.TwoViews(one).Apply(ones(1, 3, 16, 16), [])).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `draws` to be 2, one per view, but got 0.*");
    }
}
