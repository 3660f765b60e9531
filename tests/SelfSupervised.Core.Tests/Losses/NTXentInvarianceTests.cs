using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>What may change without the loss changing, its gradient, and what it leaves behind.</summary>
public sealed class NTXentInvarianceTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _a = RandomTensors.Normal(11, [7, 5], requiresGrad: true);
    private readonly Tensor _b = RandomTensors.Normal(12, [7, 5], requiresGrad: true);
    private readonly Tensor _c = RandomTensors.Normal(13, [7, 5], requiresGrad: true);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Loss_ViewsInAnotherOrder_IsUnchanged()
    {
        TensorAssert.Close(NTXent.Loss([_b, _a]), NTXent.Loss([_a, _b]));
        TensorAssert.Close(NTXent.Loss([_c, _a, _b]), NTXent.Loss([_a, _b, _c]));
    }

    [Fact]
    public void Loss_ImagesInAnotherOrder_PermutesTheAnchors()
    {
        var order = RandomTensors.Permutation(1, 7);
        var permuted = NTXent.Loss([_a.index_select(0, order), _b.index_select(0, order)], reduction: nn.Reduction.None);
        var expected = NTXent.Loss([_a, _b], reduction: nn.Reduction.None).view(2, 7).index_select(1, order).flatten();
        TensorAssert.Close(permuted, expected);
    }

    [Fact]
    public void Loss_OnlyOneViewInAnotherOrder_Changes()
    {
        var order = RandomTensors.Permutation(1, 7);
        var difference = NTXent.Loss([_a, _b.index_select(0, order)]).sub(NTXent.Loss([_a, _b]));
        Math.Abs(difference.item<double>()).Should().BeGreaterThan(1e-3);
    }

    [Fact]
    public void Loss_RowsScaledByPositiveNumbers_IsUnchanged()
    {
        var scale = RandomTensors.Normal(14, [7, 1]).exp();
        TensorAssert.Close(NTXent.Loss([_a.mul(scale), _b]), NTXent.Loss([_a, _b]));
    }

    [Fact]
    public void Loss_AllRowsRotated_IsUnchanged()
    {
        var rotation = RandomTensors.Orthogonal(15, 5);
        TensorAssert.Close(rotation.mm(rotation.t()), eye(5, dtype: ScalarType.Float64));
        TensorAssert.Close(NTXent.Loss([_a.mm(rotation), _b.mm(rotation)]), NTXent.Loss([_a, _b]));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Loss_RandomViews_IsAtLeastTheBoundOfItsPositives(int count)
    {
        // The V−1 positives share the denominator, so that no anchor falls below log(V−1).
        var loss = NTXent.Loss(new[] { _a, _b, _c }[..count], 0.01, reduction: nn.Reduction.None);
        TensorAssert.Values(loss).Should().OnlyContain(value => value >= Math.Log(count - 1) - 1e-12);
    }

    [Fact]
    public void Loss_Gradient_IsOrthogonalToEachEmbedding()
    {
        NTXent.Loss([_a, _b], 0.1).backward();
        TensorAssert.Values(_a.grad!).Should().Contain(value => Math.Abs(value) > 1e-3);
        TensorAssert.Close(_a.mul(_a.grad!).sum(1L), new double[7], [7]);
        TensorAssert.Close(_b.mul(_b.grad!).sum(1L), new double[7], [7]);
    }

    [Theory]
    [InlineData(nn.Reduction.Mean)]
    [InlineData(nn.Reduction.Sum)]
    [InlineData(nn.Reduction.None)]
    public void Loss_TwoViews_PassesGradientCheck(nn.Reduction reduction) =>
        GradientCheck.Verify(z => NTXent.Loss([z[0], z[1]], 0.3, reduction: reduction), [_a, _b], rtol: 1e-5, atol: 1e-7);

    [Fact]
    public void Loss_ThreeViewsWithMask_PassesGradientCheck()
    {
        var mask = FalseNegatives.WithinBatch(tensor(new long[] { 1, 2, 1, 3, 2, 2, 4 }), views: 3);
        GradientCheck.Verify(z => NTXent.Loss([z[0], z[1], z[2]], 0.3, z[3]), [_a, _b, _c, mask], rtol: 1e-5, atol: 1e-7);
    }

    [Fact]
    public void Loss_CheckedOrNot_IsTheSame() =>
        TensorAssert.Same(NTXent.Loss([_a, _b], checkValues: false), NTXent.Loss([_a, _b]));

    [Fact]
    public void Loss_Forward_LeavesOnlyItsResult()
    {
        var mask = FalseNegatives.WithinBatch(tensor(new long[] { 1, 2, 1, 3, 2, 2, 4 }));
        LeakCheck.OnlyResult(() => NTXent.Loss([_a, _b], 0.3, mask), _a, _b, mask);
        LeakCheck.OnlyResult(() => NTXent.Loss([_a, _b, _c], reduction: nn.Reduction.None), _a, _b, _c);
    }

    [Fact]
    public void Loss_ForwardAndBackward_LeavesNothing() => LeakCheck.NothingLeft(
        () =>
        {
            using var scope = NewDisposeScope(); // TorchSharp leaves a function's gradients in it
            NTXent.Loss([_a, _b, _c], 0.3).backward();
        },
        _a,
        _b,
        _c);

    [Fact]
    public void Loss_BadInput_LeavesNothing()
    {
        var bad = torch.full([7, 5], double.NaN, ScalarType.Float64);
        LeakCheck.NothingLeft(() => FluentActions.Invoking(() => NTXent.Loss([_a, bad])).Should().Throw<ArgumentException>(), _a, bad);
    }
}
