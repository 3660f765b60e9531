using SelfSupervised.Core.Diagnostics;

namespace SelfSupervised.Core.Tests.Diagnostics;

/// <summary>The checker must accept what is right and, above all, reject what is wrong.</summary>
public sealed class GradientCheckTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _x = RandomTensors.Normal(41, [2, 3], requiresGrad: true);
    private readonly Tensor _y = RandomTensors.Normal(42, [2, 3], requiresGrad: true);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Run_RightGradient_PassesAndReports()
    {
        var result = GradientCheck.Run(z => z[0].mul(z[1]).exp().sum(), [_x, _y]);
        result.Passed.Should().BeTrue();
        result.Count.Should().Be(12);
        result.MaxAbsoluteError.Should().BeInRange(0, 1e-7);
        result.MaxRelativeError.Should().BeInRange(0, 1e-6);
        result.Invoking(one => one.ThrowIfWrong()).Should().NotThrow();
    }

    [Fact]
    public void Run_ValueIsATensor_ChecksEachOutput() =>
        GradientCheck.Verify(z => z[0].mm(z[1].t()).tanh(), [_x, _y], rtol: 1e-6);

    [Fact]
    public void Run_OutputErrorsThatCancelInASum_Fails()
    {
        // d(x)/dx is lost in one output and doubled in the other: the plain sum's gradient would be right.
        var result = GradientCheck.Run(z => stack(new[] { z[0].detach(), z[0].add(z[0]).sub(z[0].detach()) }), [_x]);
        result.Passed.Should().BeFalse();
    }

    [Fact]
    public void Run_DetachedTerm_Fails()
    {
        var result = GradientCheck.Run(z => z[0].detach().mul(z[0]).sum(), [_x]);
        result.Passed.Should().BeFalse();
        result.WorstAutograd.Should().BeApproximately(result.WorstNumeric / 2, 1e-6);
    }

    [Fact]
    public void Run_SlightlyWrongAtOneElement_FailsAndNamesIt()
    {
        // z[1] + part·(z[1] − z[1]) is z[1], but autograd sees one term of the two that cancel.
        var part = torch.zeros(2, 3, dtype: ScalarType.Float64);
        part[1, 2] = 0.01;
        var result = GradientCheck.Run(z => z[0].sum().add(z[1].add(part.mul(z[1].detach().sub(z[1]))).sum()), [_x, _y]);
        result.Passed.Should().BeFalse();
        result.WorstInput.Should().Be(1);
        result.WorstIndex.Should().Equal(1, 2);
        result.WorstAutograd.Should().BeApproximately(0.99, 1e-9);
        result.WorstNumeric.Should().BeApproximately(1, 1e-6);
        result.MaxAbsoluteError.Should().BeApproximately(0.01, 1e-6);
        result.MaxRelativeError.Should().BeApproximately(0.01, 1e-6);
    }

    [Fact]
    public void Run_FullyDetachedFunction_Fails()
    {
        var result = GradientCheck.Run(z => z[0].detach().sum(), [_x]);
        result.Passed.Should().BeFalse();
        (result.WorstAutograd, result.MaxRelativeError).Should().Be((0, 1));
    }

    [Fact]
    public void Run_UnusedInput_HasZeroGradient() => GradientCheck.Verify(z => z[0].exp().sum(), [_x, _y]);

    [Fact]
    public void Run_GradientNaN_Fails()
    {
        // sqrt(|x|·0) is 0 everywhere; its gradient by the chain rule is 0·∞.
        var result = GradientCheck.Run(z => z[0].mul(z[0].detach().sub(z[0].detach())).sqrt().sum(), [_x]);
        result.Passed.Should().BeFalse();
        result.MaxAbsoluteError.Should().Be(double.NaN);
    }

    [Fact]
    public void Run_InputsWithGradients_LeavesThemAlone()
    {
        var before = _x.clone();
        GradientCheck.Verify(z => z[0].square().sum(), [_x]);
        TensorAssert.Same(_x, before);
        _x.grad.Should().BeNull();
    }

    [Fact]
    public void Run_ConstantInput_IsHandedOnUnchecked()
    {
        var mask = tensor(new bool[,] { { true, false, true }, { false, true, true } });
        var result = GradientCheck.Run(z => z[0].square().mul(z[1].to(ScalarType.Float64)).sum(), [_x, mask]);
        result.Passed.Should().BeTrue();
        result.Count.Should().Be(6);
    }

    [Fact]
    public void Run_GradientsOfOthersInTheFunction_AreNotTouched()
    {
        var weight = RandomTensors.Normal(43, [2, 3], requiresGrad: true);
        GradientCheck.Verify(z => z[0].mul(weight).sum(), [_x]);
        weight.grad.Should().BeNull();
    }

    [Fact]
    public void Run_RightAndWrong_LeavesNothing()
    {
        LeakCheck.NothingLeft(() => GradientCheck.Run(z => z[0].mul(z[1]).exp(), [_x, _y]), _x, _y);
        LeakCheck.NothingLeft(() => GradientCheck.Run(z => z[0].detach().exp(), [_x]), _x);
    }

    [Fact]
    public void Run_UnderNoGrad_StillDifferentiates()
    {
        using var off = no_grad();
        GradientCheck.Verify(z => z[0].exp(), [_x]);
    }

    [Fact]
    public void Verify_WrongGradient_ThrowsWithTheWorstElement() =>
        FluentActions.Invoking(() => GradientCheck.Verify(z => z[0].sum().mul(2).sub(z[0].select(0, 1).detach().sum()), [ones(2, 1, dtype: ScalarType.Float64, requires_grad: true)]))
            .Should().Throw<InvalidOperationException>()
            .WithMessage("Autograd disagrees with finite differences, most of all for input 0 at [1, 0]: expected * like the central difference, but autograd gives 2 (over 2 derivatives*");

    [Fact]
    public void Run_SinglePrecisionInput_Throws() =>
        FluentActions.Invoking(() => GradientCheck.Run(z => z[0].sum(), [ones(2, requires_grad: true)])).Should().Throw<ArgumentException>()
            .WithMessage("Expected `inputs[0]` to be Float64 and not empty, but got Float32 of shape [2].");

    [Fact]
    public void Run_NothingRequiresAGradient_Throws() =>
        FluentActions.Invoking(() => GradientCheck.Run(z => z[0].sum(), [ones(2, dtype: ScalarType.Float64)])).Should().Throw<ArgumentException>()
            .WithMessage("Expected at least one of `inputs` to require a gradient, but none does.");

    [Fact]
    public void Run_ValueInSinglePrecision_Throws() =>
        FluentActions.Invoking(() => GradientCheck.Run(z => z[0].@float().sum(), [_x])).Should().Throw<ArgumentException>()
            .WithMessage("Expected the function's value to be Float64, but got Float32*");

    [Theory]
    [InlineData(0, 1e-5, 1e-3, "step")]
    [InlineData(1e-6, double.NaN, 1e-3, "atol")]
    [InlineData(1e-6, 1e-5, -1, "rtol")]
    public void Run_BadTolerance_Throws(double step, double atol, double rtol, string name) =>
        FluentActions.Invoking(() => GradientCheck.Run(z => z[0].sum(), [_x], step, atol, rtol)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName(name);
}
