using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>What is known of the objective of noise contrast, on a vocabulary of five words whose expectations are sums.</summary>
public sealed class NceTheoryTests
{
    private const int Words = 5;
    private static readonly double[] s_data = [0.4, 0.25, 0.2, 0.1, 0.05];
    private static readonly double[] s_noise = [0.1, 0.3, 0.2, 0.15, 0.25];
    private static readonly double[] s_scores = [0.3, -0.8, 0.5, 1.1, -0.2];

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1000)]
    public void Gradient_IsTheFormulas(double k)
    {
        // p = exp(s)/Σexp(s): the derivative of log p(w) by s_v is [w = v] − p(v).
        var expected = Formula(k);
        const double Step = 1e-5;
        for (var v = 0; v < Words; v++)
        {
            var (above, below) = ((double[])s_scores.Clone(), (double[])s_scores.Clone());
            above[v] += Step;
            below[v] -= Step;
            var numeric = (Objective(above, k) - Objective(below, k)) / (2 * Step);
            numeric.Should().BeApproximately(expected[v], 1e-8);
        }

        Autograd(k).Should().Equal(expected, (actual, formula) => Math.Abs(actual - formula) < 1e-12);
    }

    [Fact]
    public void Gradient_ManyNoiseSamples_IsThatOfTheLikelihood()
    {
        var p = Softmax(s_scores);
        var likelihood = s_data.Zip(p, (data, model) => data - model).ToArray();
        var cosines = new[] { 1.0, 10, 100, 1000 }.Select(k => Cosine(Autograd(k), likelihood)).ToArray();
        cosines.Should().BeInAscendingOrder();
        cosines[0].Should().BeLessThan(0.99);
        (1 - cosines[^1]).Should().BeLessThan(1e-5);

        // The factor kq/(p + kq) misses 1 by O(1/k), so that the square of the angle falls by a hundred for each ten.
        ((1 - cosines[2]) / (1 - cosines[3])).Should().BeApproximately(100, 5);
    }

    [Fact]
    public void Objective_ModelOfTheData_IsStationary()
    {
        var scores = s_data.Select(p => Math.Log(p)).ToArray();
        Formula(7, scores).Should().OnlyContain(slope => Math.Abs(slope) < 1e-12);
        var best = Objective(scores, 7);
        var random = new Random(1);
        for (var trial = 0; trial < 20; trial++)
        {
            Objective([.. scores.Select(score => score + random.NextDouble() - 0.5)], 7).Should().BeLessThan(best);
        }
    }

    [Fact]
    public void Learned_LogPartition_FindsTheNormaliser()
    {
        // Scores are the data's up to a constant: at the optimum, log Z is that constant.
        using var scope = NewDisposeScope();
        using var loss = NceLoss.Learned();
        using var optimizer = optim.SGD(loss.parameters(), learningRate: 0.5);
        var (scores, noise, weights) = Pairs([.. s_data.Select(p => Math.Log(p) + 1.7)]);
        for (var step = 0; step < 300; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            Nce.Loss(scores, noise, 1, loss.LogPartition, nn.Reduction.None).mul(weights).sum().backward();
            optimizer.step();
        }

        loss.LogPartition!.item<float>().Should().BeApproximately(1.7f, 1e-3f);
    }

    /// <summary>J = E_data log P(D=1|w) + k·E_noise log P(D=0|w), by the loss of every pair of a datum and a noise sample.</summary>
    private static double Objective(double[] scores, double k)
    {
        using var scope = NewDisposeScope();
        var normaliser = Math.Log(scores.Sum(Math.Exp));
        var (pairs, noise, weights) = Pairs(scores);
        return -Nce.Loss(pairs, noise, k, tensor(normaliser), nn.Reduction.None).mul(weights).sum().item<double>();
    }

    /// <summary>The gradient of J by the scores, the normaliser's part through its graph.</summary>
    private static double[] Autograd(double k)
    {
        using var scope = NewDisposeScope();
        var scores = tensor(s_scores, requires_grad: true);
        var places = tensor(Enumerable.Range(0, Words * Words).SelectMany(pair => new[] { pair / Words, (long)pair % Words }).ToArray());
        var (_, noise, weights) = Pairs(s_scores);
        var loss = Nce.Loss(scores.index_select(0, places).view(-1, 2), noise, k, scores.logsumexp(0), nn.Reduction.None);
        loss.mul(weights).sum().neg().backward();
        return TensorAssert.Values(scores.grad!);
    }

    private static (Tensor Scores, Tensor LogNoise, Tensor Weights) Pairs(double[] scores)
    {
        var pairs = Enumerable.Range(0, Words).SelectMany(datum => Enumerable.Range(0, Words).Select(sample => (datum, sample))).ToArray();
        return (
            tensor(pairs.SelectMany(pair => new[] { scores[pair.datum], scores[pair.sample] }).ToArray(), [Words * Words, 2]),
            tensor(pairs.SelectMany(pair => new[] { Math.Log(s_noise[pair.datum]), Math.Log(s_noise[pair.sample]) }).ToArray(), [Words * Words, 2]),
            tensor(pairs.Select(pair => s_data[pair.datum] * s_noise[pair.sample]).ToArray()));
    }

    private static double[] Formula(double k, double[]? scores = null)
    {
        var p = Softmax(scores ?? s_scores);
        var factors = Enumerable.Range(0, Words).Select(w => k * s_noise[w] / (p[w] + (k * s_noise[w])) * (s_data[w] - p[w])).ToArray();
        return [.. Enumerable.Range(0, Words).Select(v => factors[v] - (factors.Sum() * p[v]))];
    }

    private static double[] Softmax(double[] scores) => [.. scores.Select(score => Math.Exp(score) / scores.Sum(Math.Exp))];

    private static double Cosine(double[] x, double[] y) =>
        x.Zip(y, (a, b) => a * b).Sum() / Math.Sqrt(x.Sum(a => a * a) * y.Sum(b => b * b));
}
