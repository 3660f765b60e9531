using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Pretraining;

public sealed class RepresentationHealthTests
{
    [Fact]
    public void Measure_KnownPoints_HasTheClosedForms()
    {
        // The four axis points of the plane, and the same turned by 60°: cos 60° = ½ between views.
        using var scope = NewDisposeScope();
        var first = tensor(new double[] { 2, 0, 0, 1, -3, 0, 0, -1 }, [4, 2]);
        var (sin, cos) = Math.SinCos(Math.PI / 3);
        var second = first.mm(tensor(new[] { cos, sin, -sin, cos }, [2, 2]));
        var health = RepresentationHealth.Measure([first, second]);
        health.PositiveSimilarity.Should().BeApproximately(0.5, 1e-12);
        health.Alignment.Should().BeApproximately(1, 1e-12);

        // Of the six pairs two are opposite and four at right angles; the covariance on the circle is the same in both directions.
        health.NegativeSimilarity.Should().BeApproximately(-1 / 3.0, 1e-12);
        health.EffectiveRank.Should().BeApproximately(2, 1e-9);
        health.Uniformity.Should().BeApproximately(-4.3963490, 1e-6);
        health.IsCollapsed.Should().BeFalse();
    }

    [Fact]
    public void Measure_RandomEmbeddings_IsThePairwiseLoop()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (RandomTensors.Normal(1, [7, 5], float32), RandomTensors.Normal(2, [7, 5], float32));
        var (x, y) = (Rows(a), Rows(b));
        var health = RepresentationHealth.Measure([a, b]);
        health.PositiveSimilarity.Should().BeApproximately(Enumerable.Range(0, 7).Average(i => Dot(x[i], y[i])), 1e-6);
        health.NegativeSimilarity.Should().BeApproximately(
            Enumerable.Range(0, 7).SelectMany(i => Enumerable.Range(0, 7).Where(j => j != i).Select(j => Dot(x[i], x[j]))).Average(), 1e-6);
        RepresentationHealth.Measure([a]).PositiveSimilarity.Should().BeApproximately(1, 1e-6);

        static double[][] Rows(Tensor z) => [.. TensorAssert.Values(z).Chunk(5).Select(row => row.Select(value => value / Math.Sqrt(Dot(row, row))).ToArray())];

        static double Dot(double[] u, double[] v) => u.Zip(v, (p, q) => p * q).Sum();
    }

    [Fact]
    public void IsCollapsed_OnePointOrOneLine_IsTrue()
    {
        using var scope = NewDisposeScope();
        RepresentationHealth.Measure([ones(8, 4), ones(8, 4)]).IsCollapsed.Should().BeTrue();
        var line = RandomTensors.Normal(1, [8, 1], float32).mul(tensor(new[] { 1f, 2, -1, 0.5f }));
        RepresentationHealth.Measure([line, line]).IsCollapsed.Should().BeTrue("one direction is in use");
    }

    [Fact]
    public void Measure_LifetimesAndBadInput()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (RandomTensors.Normal(1, [6, 3], float32), RandomTensors.Normal(2, [6, 3], float32));
        LeakCheck.NothingLeft(() => RepresentationHealth.Measure([a, b]), a, b);
        FluentActions.Invoking(() => RepresentationHealth.Measure([])).Should().ThrowExactly<ArgumentException>().WithParameterName("embeddings");
        FluentActions.Invoking(() => RepresentationHealth.Measure([a, b.narrow(0, 0, 5)])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => RepresentationHealth.Measure([ones(1, 3)])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => RepresentationHealth.Measure([a.mul(double.NaN)])).Should().Throw<ArgumentException>();
    }
}
