using SelfSupervised.Evaluation.Internal;

namespace SelfSupervised.Evaluation.Tests.Internal;

public sealed class StandardiserTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    public void Apply_OwnFeatures_HaveMeanZeroAndDeviationOne(ScalarType type)
    {
        var features = RandomTensors.Normal(1, [1000, 3]).mul(tensor(new[] { 1e-3, 1, 50 })).add(tensor(new[] { 5, -20, 1000.0 })).to(type);
        var standard = Standardiser.Of(features).Apply(features, type).to(ScalarType.Float64);
        TensorAssert.Close(standard.mean([0]), [0, 0, 0], [3], atol: type == ScalarType.Float64 ? 1e-10 : 1e-4);
        TensorAssert.Close(standard.std(0, unbiased: false), [1, 1, 1], [3], atol: type == ScalarType.Float64 ? 1e-10 : 1e-4);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(12345.678)]
    [InlineData(0)]
    public void Apply_ConstantFeature_IsExactlyZero(double constant)
    {
        var features = full(777, 2, constant, ScalarType.Float32);
        features[0, 1] = 3;
        var standard = Standardiser.Of(features).Apply(features, ScalarType.Float32);
        TensorAssert.Same(standard.select(1, 0), zeros(777));
        TensorAssert.Finite(standard);
    }

    [Fact]
    public void Of_KnownColumn_DividesByN()
    {
        var standardiser = Standardiser.Of(tensor(new[] { 1.0, 2, 3, 4 }, [4, 1]));
        (standardiser.Mean[0], standardiser.Deviation[0]).Should().Be((2.5, Math.Sqrt(1.25)));
    }
}
