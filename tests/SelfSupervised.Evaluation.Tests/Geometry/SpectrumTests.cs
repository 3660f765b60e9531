namespace SelfSupervised.Evaluation.Tests.Geometry;

public sealed class SpectrumTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string, bool> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (var fixture in Fixture.Load("geometry.json"))
            {
                cases.Add(fixture.Name, false);
                cases.Add(fixture.Name, true);
            }

            return cases;
        }
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(new double[] { 1, 1, 1, 1 }, 4, 4, 4)]
    [InlineData(new double[] { 3, 1 }, 1.7547654, 1.6, 10 / 9.0)]
    [InlineData(new double[] { 1, 2, 4, 1 }, 3.3635857, 2.9090909, 1.375)]
    [InlineData(new double[] { 5 }, 1, 1, 1)]
    [InlineData(new double[] { 0, 2, 0 }, 1, 1, 1)]
    [InlineData(new double[] { 0, 0 }, 0, 0, 0)]
    [InlineData(new double[] { 1e-300, 1e-300 }, 2, 2, 2)]
    public void Measures_KnownValues_AreKnown(double[] values, double effectiveRank, double participation, double stableRank)
    {
        var spectrum = new Spectrum(values);
        spectrum.EffectiveRank.Should().BeApproximately(effectiveRank, 5e-8);
        spectrum.ParticipationRatio.Should().BeApproximately(participation, 5e-8);
        spectrum.StableRank.Should().BeApproximately(stableRank, 1e-12);
        spectrum.Values.Should().Equal(values.OrderDescending());
    }

    [Fact]
    public void Of_FourPoints_HasKnownEigenvalues()
    {
        var spectrum = Spectrum.Of(tensor(new double[] { 2, 0, -2, 0, 0, 1, 0, -1 }, [4, 2]), normaliseRows: false);
        spectrum.Values[0].Should().BeApproximately(8 / 3.0, 1e-14);
        spectrum.Values[1].Should().BeApproximately(2 / 3.0, 1e-14);
        spectrum.EffectiveRank.Should().BeApproximately(1.6493849, 5e-8);
        spectrum.ParticipationRatio.Should().BeApproximately(1.4705882, 5e-8);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_PyTorch_Agrees(string name, bool unit)
    {
        var fixture = Fixture.Load("geometry.json").Single(one => one.Name == name);
        var spectrum = Spectrum.Of(fixture.Tensor("features"), normaliseRows: unit);
        var kind = unit ? "unit" : "raw";
        TensorAssert.Close(tensor(spectrum.Values.ToArray()), fixture.Tensor($"spectrum.{kind}"), atol: 1e-12);
        spectrum.EffectiveRank.Should().BeApproximately(fixture.Number($"effectiveRank.{kind}"), 1e-9);
        spectrum.ParticipationRatio.Should().BeApproximately(fixture.Number($"participation.{kind}"), 1e-9);
        spectrum.StableRank.Should().BeApproximately(fixture.Number($"stableRank.{kind}"), 1e-9);
    }

    // By the definition, one element of the covariance after the other; the trace and the squares are the spectrum's.
    [Fact]
    public void Of_Covariance_HasItsTraceAndNorm()
    {
        var features = RandomTensors.Normal(1, [40, 5]);
        var rows = Example.Rows(features);
        double Mean(Func<double[], double> of) => rows.Average(of);
        double Covariance(int i, int j) => rows.Sum(row => (row[i] - Mean(r => r[i])) * (row[j] - Mean(r => r[j]))) / 39;

        var values = Spectrum.Of(features, normaliseRows: false).Values;
        values.Sum().Should().BeApproximately(Enumerable.Range(0, 5).Sum(i => Covariance(i, i)), 1e-12);
        values.Sum(value => value * value).Should().BeApproximately(
            Enumerable.Range(0, 25).Sum(k => Math.Pow(Covariance(k / 5, k % 5), 2)), 1e-12);
    }

    [Fact]
    public void Of_ManyRows_AgreesWithFewAtOnce()
    {
        // 2^22 elements at once: a width of 64 leaves 65,536 rows to a part.
        var part = RandomTensors.Normal(1, [35_000, 64], ScalarType.Float32);
        var twice = Spectrum.Of(cat([part, part]), normaliseRows: false).Values.Select(value => value * 69_999 / 70_000 * 35_000 / 34_999);
        TensorAssert.Close(tensor(twice.ToArray()), tensor(Spectrum.Of(part, normaliseRows: false).Values.ToArray()));
    }

    [Fact]
    public void Of_OnePoint_HasNoRank()
    {
        foreach (var unit in (bool[])[false, true])
        {
            var spectrum = Spectrum.Of(RandomTensors.Normal(1, [1, 16], ScalarType.Float32).expand(100, 16), unit);
            (spectrum.EffectiveRank, spectrum.ParticipationRatio, spectrum.StableRank, spectrum.NumericalRank()).Should().Be((0, 0, 0, 0));
        }
    }

    [Fact]
    public void Of_Plane_HasNumericalRankTwo()
    {
        var features = RandomTensors.Normal(1, [50, 2]).mm(RandomTensors.Normal(2, [2, 10])).add(5);
        var spectrum = Spectrum.Of(features, normaliseRows: false);
        spectrum.NumericalRank().Should().Be(2);
        spectrum.NumericalRank(0.999).Should().Be(1);
        spectrum.Values.Should().HaveCount(10);
    }

    [Fact]
    public void Of_Float16_IsComputedInFloat64()
    {
        var features = RandomTensors.Normal(1, [20, 4], ScalarType.Float16);
        Spectrum.Of(features).Values.Should().Equal(Spectrum.Of(features.to(ScalarType.Float64)).Values);
    }

    [Fact]
    public void Of_Tensors_LeavesNoneBehind()
    {
        var features = RandomTensors.Normal(1, [20, 4]);
        LeakCheck.NothingLeft(() => Spectrum.Of(features), features);
        LeakCheck.NothingLeft(() => Spectrum.Of(features, normaliseRows: false), features);
        TensorAssert.Same(features, RandomTensors.Normal(1, [20, 4]));
    }

    [Fact]
    public void Of_BadInput_Throws()
    {
        foreach (var (features, message) in Example.BadFeatures("features", 6))
        {
            Example.Refuses(() => Spectrum.Of(features), message);
        }

        Example.Refuses(() => Spectrum.Of(ones(1, 4)), "Expected `features` to have shape [N, d], N at least 2 and d at least 1, but got [1, 4].*");
        Example.Refuses(() => _ = new Spectrum([]), "Expected `values` to hold at least one value, but it is empty.*");
        Example.Refuses(() => _ = new Spectrum([1, -1]), "Expected `values` to be finite and at least 0, but got -1.*");
        Example.Refuses(() => new Spectrum([1]).NumericalRank(1), "Expected `threshold` to be at least 0 and below 1, but got 1.*");
        FluentActions.Invoking(() => new Spectrum(null!)).Should().Throw<ArgumentNullException>();
        var gone = ones(3, 3);
        gone.Dispose();
        FluentActions.Invoking(() => Spectrum.Of(gone)).Should().Throw<ObjectDisposedException>();
    }
}
