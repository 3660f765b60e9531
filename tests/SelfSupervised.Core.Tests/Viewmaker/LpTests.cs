using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Viewmaker;

namespace SelfSupervised.Core.Tests.Viewmaker;

public sealed class LpTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x = RandomTensors.Normal(1, [4, 3, 2, 5]);
    private readonly Tensor _z = RandomTensors.Normal(2, [4, 3, 2, 5]);

    public static TheoryData<double> Orders => [0, 1, 1.5, 2, 3, double.PositiveInfinity];

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 7)]
    [InlineData(2, 5)]
    [InlineData(3, 4.497941445275415)]
    [InlineData(double.PositiveInfinity, 4)]
    public void Norm_ThreeFourZero_IsAsPublished(double p, double expected)
    {
        var delta = tensor(new[] { 3.0, -4.0, 0.0 }, [1, 3]);
        TensorAssert.Close(Lp.Norm(delta, p), [expected], [1]);
        TensorAssert.Close(Lp.Norm(delta, p, mean: true), [double.IsPositiveInfinity(p) ? 4 : p == 0 ? 2.0 / 3 : expected / Math.Pow(3, 1 / p)], [1]);
        TensorAssert.Close(Lp.SquaredL2(delta), [25], [1]);
        TensorAssert.Close(Lp.SquaredL2(delta, mean: true), [25.0 / 3], [1]);
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void Distance_RandomPairs_IsTheLoopsAndTheNormOfTheDifference(double p)
    {
        var (x, z) = (TensorAssert.Values(_x), TensorAssert.Values(_z));
        var expected = Enumerable.Range(0, 4).Select(sample => Loop(Enumerable.Range(30 * sample, 30).Select(i => x[i] - z[i]), p)).ToArray();
        TensorAssert.Close(Lp.Distance(_x, _z, p), expected, [4]);
        TensorAssert.Same(Lp.Distance(_x, _z, p), Lp.Norm(_x - _z, p));
        TensorAssert.Same(Lp.Distance(_x, _z, p, mean: true), Lp.Norm(_x - _z, p, mean: true));
        TensorAssert.Close(Lp.Distance(_x.@float(), _z.@float(), p).@double(), expected, [4], rtol: 1e-5);
    }

    [Fact]
    public void Norms_RandomTensors_AreInTheirOrder()
    {
        var norms = new[] { double.PositiveInfinity, 2, 1 }.Select(p => TensorAssert.Values(Lp.Norm(_x, p))).ToArray();
        for (var sample = 0; sample < 4; sample++)
        {
            var (largest, euclidean, sum) = (norms[0][sample], norms[1][sample], norms[2][sample]);
            new[] { largest, euclidean, sum, Math.Sqrt(30) * euclidean, 30 * largest }.Should().BeInAscendingOrder();
        }
    }

    [Fact]
    public void Norm_NotContiguous_IsOverTheSamplesElements()
    {
        var turned = _x.permute(3, 1, 0, 2);
        TensorAssert.Close(Lp.Norm(turned, 1), Lp.Norm(turned.contiguous(), 1));
    }

    [Fact]
    public void Changed_PixelsAndElements_AreCountedBeyondTheTolerance()
    {
        var x = zeros(2, 3, 2, 2, dtype: ScalarType.Float64);
        var z = x.clone();
        z[0, 0, 0, 0] = 0.5;
        z[0, 2, 0, 0] = -0.1;
        z[0, 1, 1, 1] = 0.1;
        TensorAssert.Close(Lp.ChangedElements(x, z), [3, 0], [2]);
        TensorAssert.Close(Lp.ChangedPixels(x, z), [2, 0], [2]);
        TensorAssert.Close(Lp.ChangedElements(x, z, tolerance: 0.1), [1, 0], [2]);
        TensorAssert.Close(Lp.ChangedPixels(x, z, tolerance: 0.2), [1, 0], [2]);
        TensorAssert.Close(Lp.Norm(x - z, 0), [3, 0], [2]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1.5)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(double.PositiveInfinity)]
    public void Norm_Gradient_IsThatOfDifferences(double p)
    {
        GradientCheck.Verify(inputs => Lp.Norm(inputs[0], p), [_x.requires_grad_()]);
        GradientCheck.Verify(inputs => Lp.Distance(inputs[0], inputs[1], p, mean: true), [_x, _z.requires_grad_()]);
        GradientCheck.Verify(inputs => Lp.SquaredL2(inputs[0], mean: true), [_x]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(double.PositiveInfinity)]
    public void Norm_GradientAtZero_IsZero(double p)
    {
        var zero = zeros(2, 5).requires_grad_();
        Lp.Norm(zero, p, mean: true).sum().backward();
        TensorAssert.Same(zero.grad!, zeros(2, 5));
    }

    [Fact]
    public void Operations_Lifetimes_AreTheCallers()
    {
        foreach (var p in new[] { 0, 1, 2, double.PositiveInfinity })
        {
            LeakCheck.OnlyResult(() => Lp.Norm(_x, p, mean: true), _x);
            LeakCheck.OnlyResult(() => Lp.Distance(_x, _z, p), _x, _z);
        }

        LeakCheck.OnlyResult(() => Lp.SquaredL2(_x), _x);
        LeakCheck.OnlyResult(() => Lp.ChangedElements(_x, _z), _x, _z);
        LeakCheck.OnlyResult(() => Lp.ChangedPixels(_x, _z), _x, _z);
    }

    [Fact]
    public void Operations_BadInput_Throws()
    {
        FluentActions.Invoking(() => Lp.Norm(zeros(3), 1)).Should().Throw<ArgumentException>()
            .WithMessage("Expected `perturbation` to have shape [B, ...], none of the sizes 0, but got [3].*");
        FluentActions.Invoking(() => Lp.Norm(zeros(3, 0), 1)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Lp.SquaredL2(zeros(3, 2, dtype: ScalarType.Int32))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `perturbation` to be Float32 or Float64, but got Int32.*");
        foreach (var p in new[] { -1, 0.5, double.NaN })
        {
            FluentActions.Invoking(() => Lp.Norm(_x, p)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage($"Expected `p` to be 0, at least 1, or infinite, but got {p}.*");
        }

        FluentActions.Invoking(() => Lp.Distance(_x, _z[0], 1)).Should().Throw<ArgumentException>()
            .WithMessage("Expected `z` to have shape [4, 3, 2, 5] like `x`, but got [3, 2, 5].*");
        FluentActions.Invoking(() => Lp.Distance(_x, _z.@float(), 1)).Should().Throw<ArgumentException>()
            .WithMessage("Expected `z` to be Float64 like `x`, but got Float32.*");
        FluentActions.Invoking(() => Lp.ChangedElements(_x, _z, -1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("tolerance");
        FluentActions.Invoking(() => Lp.ChangedPixels(zeros(2, 3), zeros(2, 3))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `x` to have shape [B, C, ...] with places after the channels, but got [2, 3].*");
        var disposed = zeros(2, 2);
        disposed.Dispose();
        FluentActions.Invoking(() => Lp.Norm(disposed, 1)).Should().Throw<ObjectDisposedException>();
    }

    private static double Loop(IEnumerable<double> values, double p)
    {
        var (sum, largest, count) = (0.0, 0.0, 0);
        foreach (var value in values)
        {
            sum += Math.Pow(Math.Abs(value), p);
            largest = Math.Max(largest, Math.Abs(value));
            count += value != 0 ? 1 : 0;
        }

        return p == 0 ? count : double.IsPositiveInfinity(p) ? largest : Math.Pow(sum, 1 / p);
    }
}
