using SelfSupervised.Core;

namespace SelfSupervised.Core.Tests;

public sealed class CounterRandomTests
{
    [Fact]
    public void Next_ZeroKeyAndCounter_IsThePublishedKnownAnswer()
    {
        // Random123's known-answer test of Philox4x32-10.
        var random = new CounterRandom(seed: 0, purpose: 0, stream: 0);
        uint[] words = [random.Next(), random.Next(), random.Next(), random.Next()];
        words.Should().Equal(0x6627E8D5u, 0xE169C58Du, 0xBC57AC4Cu, 0x9B00DBD8u);
    }

    [Fact]
    public void Next_AnyOfTheArgumentsChanged_IsAnotherStream()
    {
        CounterRandom[] streams =
            [new(1, 2, 3, 4), new(2, 2, 3, 4), new(1 + (1L << 32), 2, 3, 4), new(1, 3, 3, 4), new(1, 2, 4, 4), new(1, 2, 3, 5)];
        streams.Select(stream => stream.Next()).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void NextDouble_Uniform_HasMeanAndVarianceWithinFiveErrors()
    {
        var random = new CounterRandom(1, 2, 3);
        var values = Enumerable.Range(0, 100_000).Select(_ => random.NextDouble()).ToArray();
        values.Should().OnlyContain(value => value >= 0 && value < 1);
        values.Average().Should().BeApproximately(0.5, 5 * Math.Sqrt(1 / 12.0 / values.Length));
        values.Average(value => (value - 0.5) * (value - 0.5)).Should().BeApproximately(1 / 12.0, 5 * Math.Sqrt(1 / 180.0 / values.Length));
    }

    [Fact]
    public void Normal_Moments_AreWithinFiveErrors()
    {
        var random = new CounterRandom(1, 2, 3);
        var values = Enumerable.Range(0, 100_000).Select(_ => random.Normal()).ToArray();
        values.Should().OnlyContain(value => double.IsFinite(value));
        var error = 1 / Math.Sqrt(values.Length);
        values.Average().Should().BeApproximately(0, 5 * error);
        values.Average(value => value * value).Should().BeApproximately(1, 5 * error * Math.Sqrt(2));
        values.Average(value => Math.Pow(value, 4)).Should().BeApproximately(3, 5 * error * Math.Sqrt(96));
    }

    [Fact]
    public void Permutation_OfThree_AllSixAreAsLikely()
    {
        var random = new CounterRandom(1, 2, 3);
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < 60_000; i++)
        {
            var order = string.Concat(random.Permutation(3));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        // Chi-squared with 5 degrees of freedom: above 20.5 once in a thousand seeds.
        counts.Should().HaveCount(6);
        counts.Values.Sum(count => Math.Pow(count - 10_000, 2) / 10_000).Should().BeLessThan(20.5);
        random.Permutation(0).Should().BeEmpty();
        FluentActions.Invoking(() => new CounterRandom(1, 2, 3).Permutation(-1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Below_Counts_AreUniform()
    {
        var random = new CounterRandom(1, 2, 3);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
        {
            counts[random.Below(7)]++;
        }

        // Chi-squared with 6 degrees of freedom: above 22.5 once in a thousand seeds.
        counts.Sum(count => Math.Pow(count - 10_000, 2) / 10_000).Should().BeLessThan(22.5);
        FluentActions.Invoking(() => new CounterRandom(1, 2, 3).Below(0)).Should().Throw<ArgumentOutOfRangeException>();
    }
}
