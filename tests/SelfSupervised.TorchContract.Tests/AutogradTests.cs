using System.Runtime.InteropServices;
using FluentAssertions;
using SelfSupervised.Testing;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace SelfSupervised.TorchContract.Tests;

public sealed class AutogradTests
{
    private static Tensor Leaf(params double[] values) => tensor(values, requires_grad: true);

    [Fact]
    public void Backward_OfAScalar_FillsAndAccumulatesTheLeafsGradient()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(1, 2, 3);
        x.grad.Should().BeNull();
        x.mul(x).sum().backward();
        x.mul(x).sum().backward();
        TensorAssert.Close(x.grad!, [4, 8, 12], [3]);
        x.is_leaf.Should().BeTrue();
        x.mul(x).is_leaf.Should().BeFalse();
    }

    [Fact]
    public void Backward_Twice_NeedsTheGraphKept()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(1, 2);
        var kept = x.mul(x).sum();
        kept.backward(retain_graph: true);
        kept.backward();
        kept.Invoking(y => y.backward()).Should().Throw<ExternalException>();
    }

    [Fact]
    public void Grad_WithCreateGraph_GivesSecondDerivatives()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(1, 2);
        var first = autograd.grad([x.pow(3).sum()], [x], create_graph: true)[0];
        TensorAssert.Close(first, [3, 12], [2]);
        TensorAssert.Close(autograd.grad([first.sum()], [x])[0], [6, 12], [2]);
    }

    // Without allow_unused TorchSharp 0.106 ends the process instead of throwing: nothing may lean on that error.
    [Fact]
    public void Grad_OfAnUnusedInputThatIsAllowed_IsAnEmptyTensor()
    {
        using var scope = NewDisposeScope();
        var (x, unused) = (Leaf(1), Leaf(1));
        autograd.grad([x.sum()], [unused], allow_unused: true)[0].IsInvalid.Should().BeTrue();
    }

    [Fact]
    public void NoGrad_WithinIt_RecordsNothingAndEndsWithTheBlock()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(1);
        using (no_grad())
        {
            is_grad_enabled().Should().BeFalse();
            x.mul(x).requires_grad.Should().BeFalse();
            using (enable_grad()) x.mul(x).requires_grad.Should().BeTrue();
        }

        is_grad_enabled().Should().BeTrue();
    }

    [Fact]
    public void InferenceMode_EndsWithTheBlock()
    {
        using (inference_mode()) is_inference_mode_enabled().Should().BeTrue();
        is_inference_mode_enabled().Should().BeFalse();
    }

    [Fact]
    public void RetainGrad_OfAnIntermediate_KeepsItsGradient()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(3);
        var y = x.mul(x);
        y.retain_grad();
        y.mul(2.0).sum().backward();
        TensorAssert.Close(y.grad!, [2], [1]);
    }

    [Fact]
    public void GradSetter_ReplacesAndClears()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(1, 2);
        x.grad = tensor(new double[] { 5, 6 });
        TensorAssert.Close(x.grad!, [5, 6], [2]);
        x.grad = null;
        x.grad.Should().BeNull();
    }

    private sealed class Cube : autograd.SingleTensorFunction<Cube>
    {
        public override string Name => nameof(Cube);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var x = (Tensor)vars[0];
            ctx.save_for_backward([x]);
            ctx.save_data("scale", vars[1]);
            return x.pow(3).mul((double)vars[1]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var x = ctx.get_saved_variables()[0];
            return [x.mul(x).mul(3 * (double)ctx.get_data("scale")).mul(grad_output), null!];
        }
    }

    private sealed class SumAndProduct : autograd.MultiTensorFunction<SumAndProduct>
    {
        public override string Name => nameof(SumAndProduct);

        public override List<Tensor> forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var (x, y) = ((Tensor)vars[0], (Tensor)vars[1]);
            var product = x.mul(y);
            ctx.save_for_backward([x, y]);
            return [x.add(y), product];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, List<Tensor> grad_outputs)
        {
            var saved = ctx.get_saved_variables();
            return [grad_outputs[0].add(grad_outputs[1].mul(saved[1])), grad_outputs[0].add(grad_outputs[1].mul(saved[0]))];
        }
    }

    private sealed class Faulty : autograd.SingleTensorFunction<Faulty>
    {
        public override string Name => nameof(Faulty);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => throw new TimeoutException("in forward");

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [];
    }

    [Fact]
    public void CustomFunction_WithSavedTensorAndData_DifferentiatesAsWritten()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(1, 2);
        var y = Cube.apply(x, 10.0);
        TensorAssert.Close(y, [10, 80], [2]);
        y.sum().backward();
        TensorAssert.Close(x.grad!, [30, 120], [2]);
    }

    [Fact]
    public void CustomFunction_GoingBackward_LeavesItsGradientsInTheCallersScope()
    {
        // Whence the advice to open a scope around each step.
        using var scope = NewDisposeScope();
        var sum = Cube.apply(Leaf(1, 2), 10.0).sum();
        var before = scope.DisposablesCount;
        sum.backward();
        scope.DisposablesCount.Should().BeGreaterThan(before);
    }

    [Fact]
    public void CustomFunction_OfSeveralTensors_GetsZerosForAnUnusedOutput()
    {
        using var scope = NewDisposeScope();
        var (x, y) = (Leaf(2, 3), Leaf(5, 7));
        var outputs = SumAndProduct.apply(x, y);
        outputs[1].sum().backward();
        TensorAssert.Close(x.grad!, [5, 7], [2]);
        TensorAssert.Close(y.grad!, [2, 3], [2]);
    }

    [Fact]
    public void CustomFunction_WithoutGradient_LeavesNoGraph()
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        Cube.apply(Leaf(1), 1.0).requires_grad.Should().BeFalse();
    }

    [Fact]
    public void CustomFunction_ThrowingInForward_LetsTheExceptionThrough()
    {
        using var scope = NewDisposeScope();
        FluentActions.Invoking(() => Faulty.apply(Leaf(1))).Should().Throw<TimeoutException>().WithMessage("in forward");
        is_grad_enabled().Should().BeTrue();
    }

    [Fact]
    public void CustomFunction_InsideALargerGraph_ChainsWithLibtorchsOwn()
    {
        using var scope = NewDisposeScope();
        var x = Leaf(0.5, -1);
        Cube.apply(x.sin(), 2.0).exp().sum().backward();
        var s = new[] { Math.Sin(0.5), Math.Sin(-1) };
        var expected = new[] { 0.5, -1 }.Zip(s, (v, sine) => Math.Exp(2 * sine * sine * sine) * 6 * sine * sine * Math.Cos(v)).ToArray();
        TensorAssert.Close(x.grad!, expected, [2]);
    }
}
