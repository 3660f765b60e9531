using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

/// <summary>Which draws q, k0 … kn share, and that each view's distribution stays what it is.</summary>
public sealed class LeaveOneOutPlanTests
{
    private static readonly ImageShape s_shape = new(3, 16, 16);
    private static readonly LooCViews s_views = LooCViews.ImageNet(new RightAngleRotation(), new FourierAmplitudeSwap(), size: 12);
    private static readonly ViewPlan s_plan = ViewPlan.LeaveOneOut(s_views.Pipeline, s_views.Color, s_views.Rotation, s_views.Texture);

    [Fact]
    public void Draw_KeyI_SharesAugmentationIBitwiseAndNothingElse()
    {
        // Large images, or boxes of whole pixels would coincide.
        const int count = 400;
        var draws = s_plan.Draw(7, 3, Examples.Indices(count), new ImageShape(3, 500, 500));
        draws.Should().HaveCount(5);
        for (var view = 1; view < 5; view++)
        {
            for (var place = 0; place < s_views.Pipeline.Operators.Count; place++)
            {
                var equal = Enumerable.Range(0, count).Count(image => Row(draws[view], place, image).SequenceEqual(Row(draws[0], place, image)));
                var applied = Enumerable.Range(0, count).Count(image => draws[0].IsApplied(place, image) && draws[view].IsApplied(place, image));
                if (view >= 2 && s_plan.Designated[view - 2].Places.Contains(place))
                {
                    equal.Should().Be(count, $"view {view} shares place {place}");
                    s_plan.DrawnFor(view, place).Should().Be(0);
                    continue;
                }

                s_plan.DrawnFor(view, place).Should().Be(view);
                var continuous = s_views.Pipeline.Operators[place].ParameterNames.Count > 0 && s_views.Pipeline.Operators[place] is not RightAngleRotation;
                if (continuous)
                {
                    applied.Should().BeGreaterThan(50);
                    Enumerable.Range(0, count).Any(image => draws[0].IsApplied(place, image) && Row(draws[view], place, image).SequenceEqual(Row(draws[0], place, image)))
                        .Should().BeFalse($"view {view} has its own at place {place}");
                }
                else if (s_views.Pipeline.Operators[place] is RightAngleRotation)
                {
                    equal.Should().Be(0, "collisions are rejected");
                }
                else if (s_views.Pipeline.Operators[place] is RandomHorizontalFlip or RandomGrayscale)
                {
                    equal.Should().BeInRange(150, 330);
                }
            }
        }
    }

    [Fact]
    public void Draw_UndrawnPlaces_AreTheOrdinaryDraws()
    {
        // So that a plan's views are those of its pipeline, with what is shared taken from view 0.
        var draws = s_plan.Draw(7, 3, [5, 9], s_shape);
        for (var view = 0; view < 5; view++)
        {
            var own = s_views.Pipeline.Draw(new ViewKey(7, 3, view), [5, 9], s_shape);
            var places = Enumerable.Range(0, own.Pipeline.Operators.Count).Where(place => s_plan.DrawnFor(view, place) == view && own.Pipeline.Operators[place] is not RightAngleRotation);
            places.All(place => Row(draws[view], place, 1).SequenceEqual(Row(own, place, 1))).Should().BeTrue();
        }
    }

    [Fact]
    public void Draw_AnyBatch_IsAFunctionOfTheImage()
    {
        var together = s_plan.Draw(7, 3, Examples.Indices(300), s_shape);
        foreach (var image in new[] { 0, 17, 123, 299 })
        {
            var alone = s_plan.Draw(7, 3, [image], s_shape);
            for (var view = 0; view < 5; view++)
            {
                var width = alone[view].Values.Length;
                alone[view].Values.ToArray().Should().Equal(together[view].Values.Slice(image * width, width).ToArray());
            }
        }

        s_plan.Draw(7, 3, Examples.Indices(3), s_shape)[2].Values.ToArray().Should().NotEqual(s_plan.Draw(7, 4, Examples.Indices(3), s_shape)[2].Values.ToArray());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(false)]
    public void Draw_EachView_HasTheMarginalsOfThePipeline(bool? rejectCollisions)
    {
        const int count = 10_000;
        var rotation = new DesignatedAugmentation("rotation", s_views.Rotation.Places, rejectCollisions);
        var plan = ViewPlan.LeaveOneOut(s_views.Pipeline, s_views.Color, rotation);
        var draws = plan.Draw(1, 0, Examples.Indices(count), s_shape);
        var (turn, jitter, gray) = (rotation.Places[0], s_views.Color.Places[0], s_views.Color.Places[1]);
        foreach (var draw in draws)
        {
            double Share(Func<int, bool> condition) => Enumerable.Range(0, count).Count(condition) / (double)count;
            for (var turns = 0; turns < 4; turns++)
            {
                Share(image => draw.Parameters(turn, image)[0] == turns).Should().BeApproximately(0.25, 0.018);
            }

            Share(image => draw.IsApplied(jitter, image)).Should().BeApproximately(0.8, 0.017);
            Share(image => draw.IsApplied(gray, image)).Should().BeApproximately(0.2, 0.017);
            var brightness = Enumerable.Range(0, count).Where(image => draw.IsApplied(jitter, image)).Select(image => (double)draw.Parameters(jitter, image)[4]).ToArray();
            brightness.Average().Should().BeApproximately(1, 0.012);
            brightness.Average(value => (value - 1) * (value - 1)).Should().BeApproximately(0.8 * 0.8 / 12, 0.002);
        }

        var collisions = Enumerable.Range(0, count).Count(image => draws[1].Parameters(turn, image)[0] == draws[0].Parameters(turn, image)[0]);
        (collisions / (double)count).Should().BeApproximately(rejectCollisions is null ? 0 : 0.25, rejectCollisions is null ? 0 : 0.018);
    }

    [Theory]
    [InlineData(ViewExecutor.Torch)]
    [InlineData(ViewExecutor.Fused)]
    public void Apply_RotationAlone_TurnsKeyOneAsTheQuery(ViewExecutor executor)
    {
        using var scope = NewDisposeScope();
        var images = Examples.Bytes(1, 20, s_shape);
        var plan = ViewPlan.LeaveOneOut(new ViewPipeline(new RightAngleRotation()), new DesignatedAugmentation("rotation", [0]));
        var views = plan.Apply(images, plan.Draw(3, 0, Examples.Indices(20), s_shape), executor);
        TensorAssert.Same(views[2], views[0]);
        Enumerable.Range(0, 20).Any(image => TensorAssert.Values(views[1][image]).SequenceEqual(TensorAssert.Values(views[0][image]))).Should().BeFalse();
    }

    [Fact]
    public void Apply_PresetWithoutTexture_CanFuse()
    {
        using var scope = NewDisposeScope();
        var views = LooCViews.Cifar(new RightAngleRotation(), size: 16);
        var plan = ViewPlan.LeaveOneOut(views.Pipeline, views.Color, views.Rotation);
        views.Pipeline.CanFuse.Should().BeTrue();
        var (images, draws) = (Examples.Bytes(1, 12, s_shape), plan.Draw(3, 0, Examples.Indices(12), s_shape));
        var (fused, torch) = (plan.Apply(images, draws, ViewExecutor.Fused), plan.Apply(images, draws, ViewExecutor.Torch));
        fused.Should().HaveCount(4);
        for (var view = 0; view < 4; view++)
        {
            TensorAssert.Close(fused[view], torch[view], atol: 2e-4);
        }
    }

    [Fact]
    public void RejectCollisions_GivenForAGroup_AppliesToAllOfItTogether()
    {
        // Grayscale and flip, both discrete: a view may share either, and never both.
        var pipeline = new ViewPipeline(new RandomHorizontalFlip(), new RandomGrayscale(0.5), new GaussianNoise(0.1));
        var plan = ViewPlan.LeaveOneOut(pipeline, new DesignatedAugmentation("both", [0, 1]), new DesignatedAugmentation("noise", [2]));
        var draws = plan.Draw(1, 0, Examples.Indices(400), s_shape);
        foreach (var view in new[] { 1, 3 })
        {
            bool Same(int place, int image) => draws[view].IsApplied(place, image) == draws[0].IsApplied(place, image);
            Enumerable.Range(0, 400).Any(image => Same(0, image) && Same(1, image)).Should().BeFalse();
            Enumerable.Range(0, 400).Count(image => Same(0, image)).Should().BeInRange(100, 170, "of the three other pairs one shares the flip");
        }
    }

    [Fact]
    public void Presets_Operators_AreInTheOrderOfTheRule()
    {
        s_views.Pipeline.Operators.Select(one => one.Name).Should().Equal(
            "FourierAmplitudeSwap", "RandomResizedCrop", "RightAngleRotation", "RandomHorizontalFlip", "ColorJitter", "RandomGrayscale", "RandomGaussianBlur", "Normalize");
        LooCViews.Cifar().Pipeline.Operators.Select(one => one.Name).Should().Equal("RandomResizedCrop", "RandomHorizontalFlip", "ColorJitter", "RandomGrayscale", "Normalize");
        new[] { s_views.Texture, s_views.Rotation, s_views.Color }.SelectMany(one => one.Places).Should().Equal(0, 2, 4, 5);
        LooCViews.ImageNet().Pipeline.OutputShape(new ImageShape(3, 300, 256)).Should().Be(new ImageShape(3, 224, 224));
        s_plan.Designated.Select(one => one.Name).Should().Equal("colour", "rotation", "texture");
        ViewPlan.TwoViews(s_views.Pipeline).Designated.Should().BeEmpty();
    }

    [Fact]
    public void Baselines_SharedRotation_IsTheSameInQueryAndKey()
    {
        var plan = ViewPlan.TwoViews(s_views.Pipeline, shared: s_views.Rotation.Places);
        var draws = plan.Draw(1, 0, Examples.Indices(50), s_shape);
        Enumerable.Range(0, 50).All(image => draws[0].Parameters(2, image)[0] == draws[1].Parameters(2, image)[0]).Should().BeTrue();
        (plan.DrawnFor(1, 2), plan.DrawnFor(1, 4)).Should().Be((0, 1));
    }

    [Fact]
    public void LeaveOneOut_NoAugmentation_IsTwoViews()
    {
        var (plan, two) = (ViewPlan.LeaveOneOut(s_views.Pipeline), ViewPlan.TwoViews(s_views.Pipeline));
        var (draws, others) = (plan.Draw(1, 2, [3, 4], s_shape), two.Draw(1, 2, [3, 4], s_shape));
        plan.Count.Should().Be(2);
        draws.Zip(others).All(pair => pair.First.Values.SequenceEqual(pair.Second.Values)).Should().BeTrue();
    }

    [Fact]
    public void Apply_Plan_LeavesOnlyTheViews()
    {
        using var scope = NewDisposeScope();
        var images = Examples.Bytes(1, 4, s_shape);
        LeakCheck.NothingLeft(
            () =>
            {
                foreach (var view in s_plan.Apply(images, 1, 0, Examples.Indices(4)))
                {
                    view.Dispose();
                }
            },
            images);
    }

    [Fact]
    public void BadInput_Throws()
    {
        var pipeline = s_views.Pipeline;
        FluentActions.Invoking(() => ViewPlan.LeaveOneOut(pipeline, new DesignatedAugmentation("a", [8]))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `designated` to be places of the pipeline's 8 operators, each in one augmentation, but got [8].*");
        FluentActions.Invoking(() => ViewPlan.LeaveOneOut(pipeline, new("a", [1]), new("b", [1, 2]))).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => ViewPlan.LeaveOneOut(pipeline, new("a", [1]), new("a", [2]))).Should().ThrowExactly<ArgumentException>().WithMessage("*names of their own, but got a, a.*");
        FluentActions.Invoking(() => ViewPlan.LeaveOneOut(pipeline, [null!])).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => ViewPlan.LeaveOneOut(null!)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new DesignatedAugmentation(" ", [1])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => new DesignatedAugmentation("a", [])).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => new DesignatedAugmentation("a", [1, 1])).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => new DesignatedAugmentation("a", [-1])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => s_plan.DrawnFor(5, 0)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => s_plan.DrawnFor(0, 8)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => LooCViews.Cifar().Rotation).Should().Throw<InvalidOperationException>();
        FluentActions.Invoking(() => LooCViews.Cifar().Texture).Should().Throw<InvalidOperationException>();
        var always = ViewPlan.LeaveOneOut(new ViewPipeline(new RightAngleRotation([1])), new DesignatedAugmentation("turn", [0]));
        always.Invoking(one => one.Draw(1, 0, [0], s_shape)).Should().Throw<InvalidOperationException>()
            .WithMessage("Expected the augmentation \"turn\" to come out otherwise than the query's, but 20000 draws were the same.");
    }

    private static float[] Row(ViewDraw draw, int place, int image) => [draw.IsApplied(place, image) ? 1 : 0, .. draw.Parameters(place, image)];
}
