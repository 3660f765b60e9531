namespace SelfSupervised.Evaluation.Tests.Geometry;

public sealed class AlignmentUniformityTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Cases => new(Fixture.Load("geometry.json").Select(fixture => fixture.Name));

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32, 1e-6)]
    [InlineData(ScalarType.Float64, 5e-8)]
    public void Uniformity_KnownPoints_IsKnown(ScalarType type, double tolerance)
    {
        AlignmentUniformity.Uniformity(tensor(new double[] { 1, 0, -1, 0, 0, 1, 0, -1 }, [4, 2]).to(type)).Should().BeApproximately(-4.3963490, tolerance);
        AlignmentUniformity.Uniformity(tensor(new double[] { 0, 3, 0, -5 }, [2, 2]).to(type)).Should().BeApproximately(-8, tolerance);
        AlignmentUniformity.Uniformity(tensor(new double[] { 1, 2, 1, 2, 1, 2 }, [3, 2]).to(type)).Should().BeApproximately(0, tolerance);
    }

    [Fact]
    public void Alignment_KnownPairs_IsKnown()
    {
        var (a, b) = (tensor(new double[] { 1, 0, 0, 2 }, [2, 2]), tensor(new double[] { 3, 0, 5, 0 }, [2, 2]));
        AlignmentUniformity.Alignment(a, a).Should().Be(0);
        AlignmentUniformity.Alignment(a, a.neg()).Should().BeApproximately(4, 1e-14);
        AlignmentUniformity.Alignment(a, a.neg(), alpha: 3).Should().BeApproximately(8, 1e-14);
        AlignmentUniformity.Alignment(a, b).Should().BeApproximately(1, 1e-14);
        AlignmentUniformity.Alignment(a, b, alpha: 1).Should().BeApproximately(Math.Sqrt(2) / 2, 1e-14);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Both_PyTorch_Agree(string name)
    {
        var fixture = Fixture.Load("geometry.json").Single(one => one.Name == name);
        var (x, z) = (fixture.Tensor("features"), fixture.Tensor("other"));
        AlignmentUniformity.Alignment(x, z).Should().BeApproximately(fixture.Number("alignment"), 1e-12);
        AlignmentUniformity.Alignment(x, z, alpha: 1).Should().BeApproximately(fixture.Number("alignment1"), 1e-12);
        AlignmentUniformity.Uniformity(x).Should().BeApproximately(fixture.Number("uniformity"), 1e-12);
        AlignmentUniformity.Uniformity(x, t: 5).Should().BeApproximately(fixture.Number("uniformity5"), 1e-12);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1000)]
    public void Uniformity_SlowReference_Agrees(double t)
    {
        var features = RandomTensors.Normal(1, [25, 3]);
        var rows = Example.Rows(features).Select(Example.Unit).ToArray();
        var pairs = from i in Enumerable.Range(0, 25)
                    from j in Enumerable.Range(0, i)
                    select -t * rows[i].Zip(rows[j], (x, y) => (x - y) * (x - y)).Sum();
        var exponents = pairs.ToArray();
        var expected = exponents.Max() + Math.Log(exponents.Average(e => Math.Exp(e - exponents.Max())));
        AlignmentUniformity.Uniformity(features, t).Should().BeApproximately(expected, 1e-9);
    }

    [Fact]
    public void Uniformity_MoreThanFitsAtOnce_CountsEachPairOnce()
    {
        // 2^22 pairs at once: 3,000 rows leave 1,398 to a part. Half of the points are opposite to the other half.
        var signs = arange(3000, ScalarType.Int64).remainder(2).mul(2).sub(1).to(ScalarType.Float64).unsqueeze(1);
        var expected = Math.Log(((1500.0 * 1499) + (1500.0 * 1500 * Math.Exp(-8))) / (1500 * 2999));
        AlignmentUniformity.Uniformity(signs.mul(tensor(new[] { 1.0, 2 }))).Should().BeApproximately(expected, 1e-12);
    }

    [Fact]
    public void Both_Tensors_LeaveNoneBehind()
    {
        var (a, b) = (RandomTensors.Normal(1, [20, 4]), RandomTensors.Normal(2, [20, 4]));
        LeakCheck.NothingLeft(() => AlignmentUniformity.Alignment(a, b), a, b);
        LeakCheck.NothingLeft(() => AlignmentUniformity.Uniformity(a), a);
        TensorAssert.Same(a, RandomTensors.Normal(1, [20, 4]));
    }

    [Fact]
    public void Both_BadInput_Throw()
    {
        var good = ones(6, 4);
        foreach (var (features, message) in Example.BadFeatures("viewA", 6))
        {
            Example.Refuses(() => AlignmentUniformity.Alignment(features, good), message);
        }

        foreach (var (features, message) in Example.BadFeatures("viewB", 6))
        {
            Example.Refuses(() => AlignmentUniformity.Alignment(good, features), message);
        }

        foreach (var (features, message) in Example.BadFeatures("features", 6))
        {
            Example.Refuses(() => AlignmentUniformity.Uniformity(features), message);
        }

        Example.Refuses(() => AlignmentUniformity.Alignment(good, ones(5, 4)), "Expected `viewB` to have shape [6, 4] like `viewA`, but got [5, 4].*");
        Example.Refuses(() => AlignmentUniformity.Alignment(good, good, alpha: 0), "Expected `alpha` to be finite and greater than 0, but got 0.*");
        Example.Refuses(() => AlignmentUniformity.Uniformity(good, t: -1), "Expected `t` to be finite and greater than 0, but got -1.*");
        Example.Refuses(() => AlignmentUniformity.Uniformity(ones(1, 4)), "Expected `features` to have shape [N, d], N at least 2 and d at least 1, but got [1, 4].*");
        good.Dispose();
        FluentActions.Invoking(() => AlignmentUniformity.Uniformity(good)).Should().Throw<ObjectDisposedException>();
    }
}
