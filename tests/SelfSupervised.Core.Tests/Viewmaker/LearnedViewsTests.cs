using SelfSupervised.Core.Tests.Views;
using SelfSupervised.Core.Viewmaker;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Viewmaker;

public sealed class LearnedViewsTests
{
    private static readonly ImageShape s_shape = new(3, 16, 16);

    // The same images whatever ran before.
    public LearnedViewsTests() => manual_seed(1);

    [Fact]
    public void Make_Images_ArePerturbedWithinTheBudget()
    {
        using var scope = NewDisposeScope();
        using var viewmaker = Network(clamp: false);
        var images = Examples.Bytes(1, 4, s_shape);
        var views = new LearnedViews(viewmaker).Make(images, 3, 5, Examples.Indices(4));
        views.Should().HaveCount(2);
        var floats = images.to(float32).div(255);
        foreach (var view in views)
        {
            Lp.Distance(view, floats, 1, mean: true).max().item<float>().Should().BeInRange(0.04f, 0.0501f);
        }

        views[0].allclose(views[1]).Should().BeFalse("each has noise of its own");
    }

    [Fact]
    public void Make_Draws_AreCountedBySeedStepIndexViewAndPass()
    {
        using var scope = NewDisposeScope();
        using var viewmaker = Network();
        var images = Examples.Bytes(1, 4, s_shape);
        var plan = new LearnedViews(viewmaker);
        var views = plan.Make(images, 3, 5, [7, 1, 4, 2], pass: 1);

        // The same image in another batch, at another place.
        var alone = plan.Make(images.narrow(0, 2, 1), 3, 5, [4], pass: 1);
        TensorAssert.Close(alone[0], views[0].narrow(0, 2, 1), atol: 1e-5);
        TensorAssert.Close(alone[1], views[1].narrow(0, 2, 1), atol: 1e-5);
        foreach (var other in new[]
        {
            plan.Make(images, 4, 5, [7, 1, 4, 2], 1), plan.Make(images, 3, 6, [7, 1, 4, 2], 1), plan.Make(images, 3, 5, [8, 3, 5, 9], 1), plan.Make(images, 3, 5, [7, 1, 4, 2], 2),
        })
        {
            other[0].allclose(views[0]).Should().BeFalse();
        }
    }

    [Fact]
    public void Make_FixedViewsBeforeAndAfter_AreAppliedInOrder()
    {
        using var scope = NewDisposeScope();
        using var viewmaker = Network();
        var images = Examples.Bytes(1, 4, s_shape);
        var before = ViewPlan.TwoViews(ViewPresets.SimClrCifar(16));
        var after = new ViewPipeline(new RandomHorizontalFlip(probability: 1), Normalize.Cifar10);
        var plan = new LearnedViews(viewmaker, 2, before, after);
        var fixedViews = before.Apply(images, 3, 5, Examples.Indices(4));
        var inputs = plan.Inputs(images, 3, 5, Examples.Indices(4));
        TensorAssert.Same(inputs, cat([.. fixedViews]));
        var output = plan.Perturb(inputs, 3, 5, Examples.Indices(4), 2);
        var expected = Normalize.Cifar10;
        var views = plan.Make(images, 3, 5, Examples.Indices(4), 2);
        TensorAssert.Close(
            views[1], new ViewPipeline(expected).Apply(output.Views.narrow(0, 4, 4).flip(3), new ViewKey(0, 0, 0), Examples.Indices(4)), atol: 1e-5);

        // Another pass: the same fixed views, other noise.
        TensorAssert.Same(plan.Inputs(images, 3, 5, Examples.Indices(4)), inputs);
        plan.Make(images, 3, 5, Examples.Indices(4), 3)[1].allclose(views[1]).Should().BeFalse();
    }

    [Fact]
    public void Make_Gradient_ReachesTheNetworkThroughWhatComesAfter()
    {
        using var scope = NewDisposeScope();
        using var viewmaker = Network();
        var plan = new LearnedViews(viewmaker, after: new ViewPipeline(ColorJitter.SimClr(0.5), Normalize.Cifar10));
        var views = plan.Make(Examples.Bytes(1, 4, s_shape), 3, 5, Examples.Indices(4));
        views[0].square().sum().add(views[1].sum()).backward();
        viewmaker.named_parameters().Should().OnlyContain(entry => entry.parameter.grad!.abs().sum().item<float>() > 0 || entry.name.EndsWith("bias"));
    }

    [Fact]
    public void Health_KnownNetworks_AreMeasured()
    {
        using var scope = NewDisposeScope();
        using var viewmaker = Network(clamp: false);
        var images = rand(6, 3, 16, 16);
        var health = ViewmakerHealth.Measure(viewmaker, images);
        health.BudgetSpent.Should().BeInRange(0.98, 1);
        health.Distortion.Should().BeApproximately(0.05 * health.BudgetSpent, 1e-4);
        health.LargestDistortion.Should().BeInRange(health.Distortion, 0.0501);
        health.Clamped.Should().Be(0);
        health.Diversity.Should().BeInRange(0.001, 1);

        // Of a network that heeds no noise, and of images at the edge of what is allowed.
        using var deaf = Network(clamp: true, blocks: 0);
        using (no_grad())
        {
            deaf.get_parameter("conv1.conv2d.weight")!.narrow(1, 3, 1).zero_();
        }

        var atTheEdge = ViewmakerHealth.Measure(deaf, rand(6, 3, 16, 16).mul(0.02).add(0.98));
        atTheEdge.Clamped.Should().BeInRange(0.2, 0.8, "about half of the changes go up");
        atTheEdge.Distortion.Should().BeLessThan(0.045);
        atTheEdge.Diversity.Should().BeLessThan(1e-3);
        TensorAssert.Close(tensor(ViewmakerHealth.Measure(viewmaker, images).Diversity), health.Diversity, atol: 1e-9);
    }

    [Fact]
    public void Lifetimes_AreTheCallers()
    {
        using var viewmaker = Network();
        using var images = Examples.Bytes(1, 4, s_shape);
        using var floats = rand(4, 3, 16, 16);
        var plan = new LearnedViews(viewmaker, 2, ViewPlan.TwoViews(ViewPresets.SimClrCifar(16)), new ViewPipeline(Normalize.Cifar10));
        using (no_grad())
        {
            LeakCheck.NothingLeft(
                () =>
                {
                    foreach (var view in plan.Make(images, 1, 1, Examples.Indices(4)))
                    {
                        view.Dispose();
                    }
                },
                images);
            LeakCheck.OnlyResult(() => plan.Inputs(images, 1, 1, Examples.Indices(4)), images);
        }

        LeakCheck.NothingLeft(() => ViewmakerHealth.Measure(viewmaker, floats), floats);
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        using var viewmaker = Network();
        var plan = new LearnedViews(viewmaker);
        var images = Examples.Bytes(1, 4, s_shape);
        FluentActions.Invoking(() => new LearnedViews(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new LearnedViews(viewmaker, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        FluentActions.Invoking(() => new LearnedViews(viewmaker, 3, ViewPlan.TwoViews(new ViewPipeline()))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `before` to plan 3 views, one for each, but it plans 2.*");
        plan.Invoking(one => one.Make(images, 1, -1, Examples.Indices(4))).Should().Throw<ArgumentOutOfRangeException>();
        plan.Invoking(one => one.Make(images, 1, 1, Examples.Indices(4), -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("pass");
        plan.Invoking(one => one.Make(images, 1, 1, Examples.Indices(3))).Should().ThrowExactly<ArgumentException>();
        plan.Invoking(one => one.Perturb(rand(4, 3, 16, 16), 1, 1, Examples.Indices(4))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `inputs` to be 2 views of 4 images, but got 4.*");
        plan.Invoking(one => one.Make(Examples.Bytes(1, 4, new ImageShape(1, 16, 16)), 1, 1, Examples.Indices(4))).Should().ThrowExactly<ArgumentException>();
    }

    private static ViewmakerNetwork Network(bool clamp = true, int blocks = 1)
    {
        using var weights = new Generator(1);
        return new ViewmakerNetwork(new ViewmakerOptions { BaseWidth = 4, ResidualBlocks = blocks, Clamp = clamp }, weights);
    }
}
