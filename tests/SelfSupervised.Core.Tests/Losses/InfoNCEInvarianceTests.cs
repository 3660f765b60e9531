using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>What may change without the loss changing, its gradients, and what it leaves behind.</summary>
public sealed class InfoNCEInvarianceTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _queries = RandomTensors.Normal(21, [6, 4], requiresGrad: true);
    private readonly Tensor _keys = RandomTensors.Normal(22, [6, 4], requiresGrad: true);
    private readonly Tensor _negatives = RandomTensors.Normal(23, [9, 4], requiresGrad: true);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Loss_PairsInAnotherOrder_PermutesTheQueries()
    {
        var order = RandomTensors.Permutation(1, 6);
        var permuted = InfoNCE.Loss(_queries.index_select(0, order), _keys.index_select(0, order), reduction: nn.Reduction.None);
        TensorAssert.Close(permuted, InfoNCE.Loss(_queries, _keys, reduction: nn.Reduction.None).index_select(0, order));
    }

    [Fact]
    public void LossAgainst_NegativesInAnotherOrder_IsUnchanged()
    {
        var permuted = _negatives.index_select(0, RandomTensors.Permutation(2, 9));
        TensorAssert.Close(InfoNCE.LossAgainst(_queries, _keys, permuted), InfoNCE.LossAgainst(_queries, _keys, _negatives));
    }

    [Fact]
    public void Loss_RowsScaledAndRotated_IsUnchanged()
    {
        var rotation = RandomTensors.Orthogonal(3, 4);
        Tensor Moved(Tensor rows, int seed) => rows.mul(RandomTensors.Normal(seed, [rows.shape[0], 1]).exp()).mm(rotation);
        var (queries, keys, negatives) = (Moved(_queries, 4), Moved(_keys, 5), Moved(_negatives, 6));
        TensorAssert.Close(InfoNCE.Loss(queries, keys), InfoNCE.Loss(_queries, _keys));
        TensorAssert.Close(InfoNCE.SymmetricLoss(queries, keys), InfoNCE.SymmetricLoss(_queries, _keys));
        TensorAssert.Close(InfoNCE.LossAgainst(queries, keys, negatives), InfoNCE.LossAgainst(_queries, _keys, _negatives));
    }

    [Fact]
    public void Loss_Gradient_IsOrthogonalToEachEmbedding()
    {
        InfoNCE.LossAgainst(_queries, _keys, _negatives).add(InfoNCE.SymmetricLoss(_queries, _keys)).backward();
        foreach (var rows in new[] { _queries, _keys, _negatives })
        {
            TensorAssert.Values(rows.grad!).Should().Contain(value => Math.Abs(value) > 1e-3);
            TensorAssert.Close(rows.mul(rows.grad!).sum(1L), new double[rows.shape[0]], [rows.shape[0]]);
        }
    }

    [Fact]
    public void Loss_DetachedKeys_ReceiveNoGradient()
    {
        InfoNCE.Loss(_queries, _keys.detach()).backward();
        _queries.grad.Should().NotBeNull();
        _keys.grad.Should().BeNull();
    }

    [Theory]
    [InlineData(nn.Reduction.Mean)]
    [InlineData(nn.Reduction.Sum)]
    [InlineData(nn.Reduction.None)]
    public void Loss_EveryForm_PassesGradientCheck(nn.Reduction reduction)
    {
        GradientCheck.Verify(z => InfoNCE.Loss(z[0], z[1], 0.3, reduction: reduction), [_queries, _keys], rtol: 1e-5, atol: 1e-7);
        GradientCheck.Verify(
            z => InfoNCE.SymmetricLoss(z[0], z[1], 0.3, reduction: reduction), [_queries, _keys], rtol: 1e-5, atol: 1e-7);
        GradientCheck.Verify(
            z => InfoNCE.LossAgainst(z[0], z[1], z[2], 0.3, reduction: reduction), [_queries, _keys, _negatives], rtol: 1e-5, atol: 1e-7);
    }

    [Fact]
    public void Loss_EveryFormMasked_PassesGradientCheck()
    {
        var batch = FalseNegatives.WithinBatch(tensor(new long[] { 1, 2, 1, 3, 2, 2 }), views: 1);
        var queue = FalseNegatives.Among(tensor(new long[] { 1, 2, 1, 3, 2, 2 }), tensor(new long[] { 1, 1, 1, 2, 2, 5, 1, 1, 1 }));
        GradientCheck.Verify(z => InfoNCE.Loss(z[0], z[1], 0.3, z[2]), [_queries, _keys, batch], rtol: 1e-5, atol: 1e-7);
        GradientCheck.Verify(z => InfoNCE.SymmetricLoss(z[0], z[1], 0.3, z[2]), [_queries, _keys, batch], rtol: 1e-5, atol: 1e-7);
        GradientCheck.Verify(
            z => InfoNCE.LossAgainst(z[0], z[1], z[2], 0.3, z[3]), [_queries, _keys, _negatives, queue], rtol: 1e-5, atol: 1e-7);
    }

    [Fact]
    public void Loss_EveryForm_LeavesOnlyItsResult()
    {
        var batch = zeros(6, 6, dtype: ScalarType.Bool);
        var queue = zeros(6, 9, dtype: ScalarType.Bool);
        LeakCheck.OnlyResult(() => InfoNCE.Loss(_queries, _keys, falseNegatives: batch), _queries, _keys, batch);
        LeakCheck.OnlyResult(() => InfoNCE.SymmetricLoss(_queries, _keys, reduction: nn.Reduction.None), _queries, _keys);
        LeakCheck.OnlyResult(() => InfoNCE.LossAgainst(_queries, _keys, _negatives, 0.07, queue), _queries, _keys, _negatives, queue);
    }

    [Fact]
    public void Loss_ForwardAndBackward_LeavesNothing() => LeakCheck.NothingLeft(
        () =>
        {
            using var scope = NewDisposeScope(); // TorchSharp leaves a function's gradients in it
            var oneWay = InfoNCE.Loss(_queries, _keys);
            var symmetric = InfoNCE.SymmetricLoss(_queries, _keys);
            var against = InfoNCE.LossAgainst(_queries, _keys, _negatives);
            oneWay.backward();
            symmetric.backward();
            against.backward();
        },
        _queries,
        _keys,
        _negatives);
}
