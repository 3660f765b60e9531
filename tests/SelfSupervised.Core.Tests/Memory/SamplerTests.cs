using SelfSupervised.Core.Memory;

namespace SelfSupervised.Core.Tests.Memory;

public sealed class SamplerTests
{
    private static readonly double[] s_weights = [3, 0, 0.5, 6, 1, 2.5, 7];

    [Theory]
    [InlineData(true, 20.5)]    // 5 degrees of freedom: a place has no weight
    [InlineData(false, 22.5)]   // 6 degrees of freedom, both at 0.1 %
    public void AliasSampler_Draws_FollowTheWeights(bool isWeighted, double limit)
    {
        var weights = isWeighted ? s_weights : [.. Enumerable.Repeat(4.0, 7)];
        var sampler = new AliasSampler(weights);
        var random = new CounterRandom(1, purpose: 70_000, stream: 0);
        var counts = new int[weights.Length];
        const int Draws = 70_000;
        for (var i = 0; i < Draws; i++)
        {
            counts[sampler.Draw(ref random)]++;
        }

        var chiSquare = counts.Select((count, place) => (Count: count, Expected: Draws * weights[place] / weights.Sum()))
            .Where(pair => pair.Expected > 0).Sum(pair => Math.Pow(pair.Count - pair.Expected, 2) / pair.Expected);
        chiSquare.Should().BeLessThan(limit);
        (isWeighted ? counts[1] : 0).Should().Be(0);
        sampler.Probabilities.Sum().Should().BeApproximately(1, 1e-12);
        sampler.Count.Should().Be(7);
    }

    [Fact]
    public void AliasSampler_ManyPlaces_FollowTheWeights()
    {
        var random = new Random(3);
        double[] weights = [.. Enumerable.Range(0, 1000).Select(_ => random.Next(4) == 0 ? 0 : Math.Exp(3 * random.NextDouble()))];
        var sampler = new AliasSampler(weights);
        var counts = new int[1000];
        var draws = new CounterRandom(2, purpose: 70_000, stream: 0);
        for (var i = 0; i < 400_000; i++)
        {
            counts[sampler.Draw(ref draws)]++;
        }

        var positive = weights.Count(weight => weight > 0);
        var chiSquare = Enumerable.Range(0, 1000).Where(place => weights[place] > 0)
            .Sum(place => Math.Pow(counts[place] - (400_000 * sampler.Probabilities[place]), 2) / (400_000 * sampler.Probabilities[place]));
        ((chiSquare - (positive - 1)) / Math.Sqrt(2.0 * (positive - 1))).Should().BeInRange(-4, 4);
        Enumerable.Range(0, 1000).Where(place => weights[place] == 0).Should().OnlyContain(place => counts[place] == 0);
    }

    [Fact]
    public void NegativeSampler_Uniform_DrawsAllRowsAlike()
    {
        using var scope = NewDisposeScope();
        var drawn = TensorAssert.Values(new NegativeSampler(8).Draw(1, 0, [3], negatives: 80_000)).Skip(1);
        var chiSquare = drawn.GroupBy(row => row).Sum(group => Math.Pow(group.Count() - 10_000, 2) / 10_000);
        chiSquare.Should().BeLessThan(24.3);
        var without = TensorAssert.Values(new NegativeSampler(8, excludePositive: true).Draw(1, 0, [3], negatives: 70_000)).Skip(1).ToList();
        without.GroupBy(row => row).Sum(group => Math.Pow(group.Count() - 10_000, 2) / 10_000).Should().BeLessThan(22.5);
        without.Distinct().Order().Should().Equal(0, 1, 2, 4, 5, 6, 7);
    }

    [Fact]
    public void NegativeSampler_Weighted_FollowsTheWeightsWithOrWithoutThePositive()
    {
        using var scope = NewDisposeScope();
        foreach (var exclude in new[] { false, true })
        {
            var sampler = new NegativeSampler(s_weights, exclude);
            var drawn = TensorAssert.Values(sampler.Draw(1, 0, [3], negatives: 60_000)).Skip(1).ToList();
            var total = s_weights.Sum() - (exclude ? s_weights[3] : 0);
            foreach (var group in drawn.GroupBy(row => (int)row))
            {
                (group.Count() / 60_000.0).Should().BeApproximately(s_weights[group.Key] / total, 0.01);
            }

            drawn.Contains(3).Should().Be(!exclude);
            drawn.Should().NotContain(1);
        }
    }

    [Fact]
    public void Draw_Image_IsTheSameInAnyBatch()
    {
        using var scope = NewDisposeScope();
        var sampler = new NegativeSampler(1000);
        var batch = sampler.Draw(4, 2, [17, 0, 999, 17], negatives: 20);
        batch.shape.Should().Equal(4, 21);
        TensorAssert.Same(batch.select(1, 0), tensor(new long[] { 17, 0, 999, 17 }));
        TensorAssert.Same(batch[0], batch[3]);
        TensorAssert.Same(batch[2], sampler.Draw(4, 2, [999], negatives: 20)[0]);
        TensorAssert.Same(batch.narrow(1, 0, 6), sampler.Draw(4, 2, [17, 0, 999, 17], negatives: 5));
        foreach (var other in new[] { sampler.Draw(4, 3, [999], 20)[0], sampler.Draw(5, 2, [999], 20)[0], batch[0] })
        {
            other.narrow(0, 1, 20).eq(batch[2].narrow(0, 1, 20)).all().item<bool>().Should().BeFalse();
        }
    }

    [Fact]
    public void Draw_ManyAtOnce_AreThoseDrawnOneByOne()
    {
        using var scope = NewDisposeScope();
        var sampler = new NegativeSampler(1000);
        int[] indices = [.. Enumerable.Range(0, 40)];
        var together = sampler.Draw(4, 2, indices, negatives: 1000);
        TensorAssert.Same(together, cat([.. indices.Select(index => sampler.Draw(4, 2, [index], negatives: 1000))]));
    }

    [Fact]
    public void Draw_Fixture_IsTheSame()
    {
        using var scope = NewDisposeScope();
        foreach (var fixture in Fixture.Load("instdisc.json").Where(one => one.Has("candidates")))
        {
            var (candidates, sampler) = (fixture.Tensor("candidates"), new NegativeSampler(12));
            for (var step = 0; step < candidates.shape[0]; step++)
            {
                int[] indices = [.. TensorAssert.Values(candidates[step].select(1, 0)).Select(value => (int)value)];
                TensorAssert.Same(sampler.Draw((long)fixture.Number("seed"), step, indices, (int)fixture.Number("negatives")), candidates[step]);
            }
        }
    }

    [Fact]
    public void LogProbabilities_AreOfTheNoise()
    {
        using var scope = NewDisposeScope();
        TensorAssert.Close(new NegativeSampler(5).LogProbabilities(), full([5], (float)-Math.Log(5)));
        TensorAssert.Close(new NegativeSampler(s_weights).LogProbabilities().exp(), [.. s_weights.Select(weight => weight / 20)], [7], atol: 1e-6);
    }

    [Fact]
    public void Lifetimes_AreTheCallers()
    {
        var sampler = new NegativeSampler(100);
        LeakCheck.OnlyResult(() => sampler.Draw(1, 2, [3, 4], 5));
        LeakCheck.OnlyResult(() => sampler.LogProbabilities());
    }

    [Fact]
    public void BadInput_Throws()
    {
        foreach (var weights in new double[][] { [], [0, 0], [1, -1], [1, double.NaN], [1, double.PositiveInfinity], [double.MaxValue, double.MaxValue] })
        {
            FluentActions.Invoking(() => new AliasSampler(weights)).Should().Throw<ArgumentException>().WithParameterName("weights");
        }

        FluentActions.Invoking(() => new NegativeSampler([1, 0], excludePositive: true)).Should().Throw<ArgumentException>().WithParameterName("weights");
        FluentActions.Invoking(() => new NegativeSampler(1, excludePositive: true)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        FluentActions.Invoking(() => new NegativeSampler(0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("count");
        var sampler = new NegativeSampler(10);
        sampler.Invoking(one => one.Draw(1, 0, [10], 5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("indices");
        sampler.Invoking(one => one.Draw(1, 0, [], 5)).Should().Throw<ArgumentException>().WithParameterName("indices");
        sampler.Invoking(one => one.Draw(1, -1, [0], 5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("step");
        sampler.Invoking(one => one.Draw(1, 0, [0], 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("negatives");
    }
}
