using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

/// <summary>What a draw depends on, and that it can be kept.</summary>
public sealed class ViewDrawTests
{
    private static readonly ImageShape s_shape = new(3, 20, 20);

    private static readonly ViewPipeline s_all = new([.. Examples.Operators.Values.Where(one => one.OutputShape(s_shape) == s_shape || one is RandomResizedCrop)
        .Select(one => one is RandomResizedCrop ? new RandomResizedCrop(20, 20) : one)]);

    [Fact]
    public void Draw_AnyBatchAndOrder_IsTheImages()
    {
        var key = new ViewKey(5, 7, 1);
        var whole = s_all.Draw(key, Examples.Indices(40), s_shape);
        int[] some = [31, 0, 17, 17, 39];
        var part = s_all.Draw(key, some, s_shape);
        for (var position = 0; position < s_all.Operators.Count; position++)
        {
            for (var i = 0; i < some.Length; i++)
            {
                part.IsApplied(position, i).Should().Be(whole.IsApplied(position, some[i]));
                part.Parameters(position, i).ToArray().Should().Equal(whole.Parameters(position, some[i]).ToArray());
            }
        }
    }

    [Fact]
    public void Apply_AnyBatchAndOrder_GivesTheImagesTheSameView()
    {
        using var scope = NewDisposeScope();
        var images = Examples.Bytes(1, 40, s_shape);
        var key = new ViewKey(5, 7, 1);
        int[] some = [31, 0, 17, 17, 39];
        var places = tensor(Array.ConvertAll(some, place => (long)place));

        // Some operators are left to torch, whose sums over a batch may be in another order.
        TensorAssert.Close(
            s_all.Apply(images.index_select(0, places), key, some), s_all.Apply(images, key, Examples.Indices(40)).index_select(0, places), atol: 1e-6);
        var fused = ViewPresets.MoCoV2(16);
        TensorAssert.Same(
            fused.Apply(images.index_select(0, places), key, some), fused.Apply(images, key, Examples.Indices(40)).index_select(0, places));
    }

    [Fact]
    public void Draw_AnotherSeedStepViewOrPlace_IsAnother()
    {
        var pipeline = new ViewPipeline(new RandomResizedCrop(20, 20), new RandomResizedCrop(20, 20));
        ViewKey[] keys = [new(1, 0), new(2, 0), new(1, 1), new(1, 0, 1), new(1 + (1L << 40), 0)];
        var draws = keys.Select(key => string.Join(' ', pipeline.Draw(key, [3], s_shape).Values.ToArray())).ToList();
        draws.Should().OnlyHaveUniqueItems();
        var first = pipeline.Draw(keys[0], [3], s_shape);
        first.Parameters(0, 0).ToArray().Should().NotEqual(first.Parameters(1, 0).ToArray());
    }

    [Fact]
    public void Draw_Known_StaysAsItIs()
    {
        // A draw is a promise: an experiment is repeated with a later version.
        var pipeline = new ViewPipeline(new RandomResizedCrop(20, 20), ColorJitter.SimClr(), new RandomHorizontalFlip());
        pipeline.Draw(new ViewKey(1, 2, 3), [9], new ImageShape(3, 32, 32)).Describe(0).Should().Be(KnownDraw);
    }

    [Fact]
    public void Apply_Again_GivesTheSamePixels()
    {
        using var scope = NewDisposeScope();
        var images = Examples.Bytes(2, 12, s_shape);
        var draw = s_all.Draw(new ViewKey(9, 1), Examples.Indices(12), s_shape);
        var kept = s_all.Given(s_shape, draw.Values);
        foreach (var executor in new[] { ViewExecutor.Auto, ViewExecutor.Torch })
        {
            TensorAssert.Same(s_all.Apply(images, draw, executor), s_all.Apply(images, draw, executor));
            TensorAssert.Same(s_all.Apply(images, kept, executor), s_all.Apply(images, draw, executor));
        }
    }

    [Fact]
    public void IsApplied_Probability_IsTheShareOfImages()
    {
        const int count = 20_000;
        double[] shares = [0, 0.2, 0.5, 1];
        var pipeline = new ViewPipeline([.. shares.Select(share => new RandomHorizontalFlip(share))]);
        var draw = pipeline.Draw(new ViewKey(1, 0), Examples.Indices(count), s_shape);
        for (var position = 0; position < shares.Length; position++)
        {
            var share = shares[position];
            Enumerable.Range(0, count).Count(image => draw.IsApplied(position, image)).Should()
                .BeCloseTo((int)(share * count), (uint)(5 * Math.Sqrt(count * share * (1 - share))));
        }
    }

    [Fact]
    public void Then_MoreOperators_LeavesTheFirstOnesDraws()
    {
        var first = new ViewPipeline(new RandomResizedCrop(20, 20));
        var both = first.Then(new RandomHorizontalFlip());
        both.Operators.Should().HaveCount(2);
        both.Draw(new ViewKey(1, 0), [5], s_shape).Parameters(0, 0).ToArray()
            .Should().Equal(first.Draw(new ViewKey(1, 0), [5], s_shape).Parameters(0, 0).ToArray());
    }

    [Fact]
    public void Values_Rows_AreAppliedThenParameters()
    {
        var pipeline = new ViewPipeline(new RandomHorizontalFlip(1), new RandomCrop(4, 4));
        var draw = pipeline.Draw(new ViewKey(1, 0), [0, 1], s_shape);
        draw.Values.Length.Should().Be(2 * (1 + 3));
        draw.Values[4].Should().Be(1);
        draw.Values.Slice(6, 2).ToArray().Should().Equal(draw.Parameters(1, 1).ToArray());
        (draw.Count, draw.Shape, draw.Pipeline).Should().Be((2, s_shape, pipeline));
        draw.Invoking(one => one.IsApplied(2, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("position");
        draw.Invoking(one => one.IsApplied(0, 2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("image");
    }

    private const string KnownDraw = """
        RandomResizedCrop top=7 left=2 height=18 width=21
        ColorJitter first=2 second=0 third=1 fourth=3 brightness=1.11481 contrast=1.61575 saturation=0.672569 hue=0.0692957
        """;
}
