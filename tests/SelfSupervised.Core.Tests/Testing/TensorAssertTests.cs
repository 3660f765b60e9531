using Xunit.Sdk;

namespace SelfSupervised.Core.Tests.Testing;

/// <summary>The assertions that all other tests lean on must fail when they should.</summary>
public sealed class TensorAssertTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _expected = tensor(new double[,] { { 1, 2 }, { 3, 4 } });

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Close_EqualTensors_Passes() => TensorAssert.Close(_expected.clone(), _expected);

    [Fact]
    public void Close_OneElementOff_NamesTheWorst()
    {
        var actual = _expected.clone();
        actual[0, 1] = 2.001;
        actual[1, 0] = 3.5;
        Failure(() => TensorAssert.Close(actual, _expected)).Should()
            .Be("2 of 4 elements differ beyond 1E-12 + 1E-09·|expected|; worst [1, 0]: expected 3, but got 3.5.");
    }

    [Theory]
    [InlineData(ScalarType.Float64, 1e-8)]
    [InlineData(ScalarType.Float32, 1e-4)]
    [InlineData(ScalarType.Float16, 1e-1)]
    [InlineData(ScalarType.BFloat16, 1e-1)]
    public void Close_BeyondTheTypesTolerance_Fails(ScalarType type, double error)
    {
        var one = ones(1, dtype: ScalarType.Float64);
        Failure(() => TensorAssert.Close(one.mul(1 + error).to(type), one.to(type)));
        TensorAssert.Close(one.mul(1 + (error / 50)).to(type), one.to(type));
    }

    [Fact]
    public void Close_OtherShape_Fails() =>
        Failure(() => TensorAssert.Close(_expected.flatten(), _expected)).Should().Be("Expected shape [2, 2], but got [4].");

    [Fact]
    public void Close_ScalarAgainstVector_Fails() =>
        Failure(() => TensorAssert.Close(ones(1, dtype: ScalarType.Float64), 1.0)).Should().Be("Expected shape [], but got [1].");

    [Fact]
    public void Close_OtherType_Fails() =>
        Failure(() => TensorAssert.Close(_expected.@float(), _expected)).Should().Be("Expected a Float64 tensor, but got Float32.");

    [Fact]
    public void Close_NaN_FailsOnEitherSide()
    {
        var bad = _expected.clone();
        bad[1, 1] = double.NaN;
        Failure(() => TensorAssert.Close(bad, _expected)).Should().Contain("worst [1, 1]: expected 4, but got NaN");
        Failure(() => TensorAssert.Close(_expected, bad)).Should().Contain("worst [1, 1]: expected NaN, but got 4");
        Failure(() => TensorAssert.Close(bad, bad));
    }

    [Fact]
    public void Close_Infinities_MustBeEqual()
    {
        var infinite = full([1], double.PositiveInfinity, ScalarType.Float64);
        TensorAssert.Close(infinite, infinite);
        Failure(() => TensorAssert.Close(infinite.neg(), infinite));
        Failure(() => TensorAssert.Close(ones(1, dtype: ScalarType.Float64), infinite));
    }

    [Fact]
    public void Same_LastBitOff_Fails()
    {
        TensorAssert.Same(_expected.clone(), _expected);
        Failure(() => TensorAssert.Same(tensor(Math.BitIncrement(1.0)), tensor(1.0)));
    }

    [Fact]
    public void Finite_NotFinite_Fails()
    {
        TensorAssert.Finite(_expected);
        Failure(() => TensorAssert.Finite(_expected.mul(double.PositiveInfinity))).Should().Contain("[0, 0]");
        Failure(() => TensorAssert.Finite(_expected.mul(double.NaN)));
    }

    [Fact]
    public void Close_Tensors_LeavesNothing() =>
        LeakCheck.NothingLeft(() => TensorAssert.Close(_expected, _expected), _expected);

    private static string Failure(Action assertion) => assertion.Should().Throw<XunitException>().Which.Message;
}
