using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Losses.Tiled;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>Losses and gradients in tiles equal those of the whole matrix, whatever the tiles, and are the same bits each time.</summary>
public sealed partial class TiledLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public void Loss_ManyTiles_PassesGradientCheck(long kept)
    {
        var tiling = new Tiling(20, 1, kept);
        var z = Embeddings(1, ScalarType.Float64, 4, [5, 5, 5]);
        var mask = FalseNegatives.WithinBatch(tensor(new long[] { 1, 2, 1, 3, 2 }));
        var one = FalseNegatives.WithinBatch(tensor(new long[] { 1, 2, 1, 3, 2 }), views: 1);
        Func<IReadOnlyList<Tensor>, Tensor>[] forms =
        [
            x => NTXent.InTiles(x, 0.3, null, nn.Reduction.None, tiling),
            x => NTXent.InTiles([x[0], x[1]], 0.3, mask, nn.Reduction.None, tiling),
            x => InfoNCE.BatchInTiles(x[0], x[1], 0.3, one, nn.Reduction.None, bothWays: true, tiling),
            x => InfoNCE.AgainstInTiles(x[0], x[1], x[2], 0.3, one, nn.Reduction.None, unitNegatives: false, tiling),
            x => TwoSpaces(x, 0.3, one, tiling),
        ];
        foreach (var form in forms)
        {
            GradientCheck.Verify(form, z, rtol: 1e-5, atol: 1e-7);
        }
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(0.0013)]
    public void Loss_DifferentiatedTwice_PassesGradientCheck(double temperature)
    {
        var z = Embeddings(2, ScalarType.Float64, 3, [3, 3, 3]);
        var mask = FalseNegatives.Among(tensor(new long[] { 1, 2, 3 }), tensor(new long[] { 4, 2, 5 }));
        mask[2].fill_(true);
        Func<IReadOnlyList<Tensor>, Tensor>[] forms =
        [
            x => NTXent.Loss(x, temperature),
            x => NTXent.Loss([x[0], x[1]], temperature, FalseNegatives.WithinBatch(tensor(new long[] { 1, 2, 1 }))),
            x => InfoNCE.Loss(x[0], x[1], temperature),
            x => InfoNCE.SymmetricLoss(x[0], x[1], temperature),
            x => InfoNCE.LossAgainst(x[0], x[1], x[2], temperature, mask),
            x => TwoSpaces(x, temperature, mask, Tiling.For(x[0])).mean(),
        ];
        foreach (var form in forms)
        {
            Tensor SizeOfGradient(IReadOnlyList<Tensor> x)
            {
                using var enabled = enable_grad();
                var leaf = x[0].requires_grad ? x[0] : x[0].clone().requires_grad_();
                return autograd.grad([form([leaf, x[1], x[2]])], [leaf], retain_graph: true, create_graph: true)[0].square().sum();
            }

            var scale = temperature < 0.01 ? 1e-3 : 1e-6;
            GradientCheck.Verify(SizeOfGradient, z, step: 1e-7, rtol: 1e-3, atol: scale);
        }
    }

    [Fact]
    public void Loss_BackwardTwice_AddsTheSameGradient()
    {
        foreach (var kept in new long[] { 0, 1000 })
        {
            var z = Embeddings(3, ScalarType.Float32, 4, [6, 6, 9]);
            var loss = NTXent.InTiles([z[0], z[1]], 0.1, null, nn.Reduction.Mean, new Tiling(20, 1, kept))
                .add(InfoNCE.AgainstInTiles(z[0], z[1], z[2], 0.1, null, nn.Reduction.Mean, false, new Tiling(20, 1, kept)));
            loss.backward(retain_graph: true);
            var once = z.Select(one => one.grad!.clone()).ToArray();
            loss.backward();
            for (var i = 0; i < z.Length; i++)
            {
                TensorAssert.Same(z[i].grad!, once[i].mul(2));
            }
        }
    }

    [Theory]
    [InlineData(1e30)]
    [InlineData(1e-30)]
    [InlineData(0)]
    public void Loss_TimesAnyNumber_HasItsGradientTimesThatNumber(double factor)
    {
        // At τ = 0.0125 the reciprocals of the sums alone come near the end of Float32's range.
        var z = Embeddings(4, ScalarType.Float32, 4, [6, 6]);
        foreach (var bothWays in new[] { false, true })
        {
            Tensor Gradient(double times)
            {
                z[0].grad = null;
                InfoNCE.BatchInTiles(z[0], z[1].neg(), 0.0125, null, nn.Reduction.Sum, bothWays, Tiling.For(z[0]))
                    .add(NTXent.Loss([z[0], z[1]], 0.0125)).mul(times).backward();
                return z[0].grad!.clone();
            }

            TensorAssert.Close(Gradient(factor), Gradient(1).@double().mul(factor).@float(), atol: 1e-5 * factor, rtol: 1e-4);
        }
    }

    [Fact]
    public void Loss_SomeInputsDetached_GivesTheOthersTheirGradient()
    {
        var z = Embeddings(5, ScalarType.Float64, 4, [6, 6, 9]);
        Func<Tensor[], Tensor>[] forms =
        [
            x => NTXent.Loss([x[0], x[1]], 0.2),
            x => InfoNCE.Loss(x[0], x[1], 0.2),
            x => InfoNCE.SymmetricLoss(x[0], x[1], 0.001),
            x => InfoNCE.LossAgainst(x[0], x[1], x[2], 0.2),
            x => TwoSpaces(x, 0.2, null, Tiling.For(x[0])).mean(),
        ];
        foreach (var form in forms)
        {
            var whole = autograd.grad([form(z)], z, allow_unused: true);
            for (var i = 0; i < z.Length; i++)
            {
                var alone = z.Select((one, j) => i == j ? one : one.detach()).ToArray();
                var loss = form(alone);
                loss.requires_grad.Should().Be(!whole[i].IsInvalid);
                if (loss.requires_grad)
                {
                    TensorAssert.Close(autograd.grad([loss], [z[i]])[0], whole[i]);
                }
            }
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.001)]
    public void LossAgainst_EveryNegativeOfOneQueryHidden_IsZeroThere(double temperature)
    {
        var z = Embeddings(6, ScalarType.Float32, 4, [3, 3, 8]);
        var hidden = torch.zeros(3, 8, dtype: ScalarType.Bool);
        hidden[1].fill_(true);
        var loss = InfoNCE.AgainstInTiles(z[0], z[1], z[2], temperature, hidden, nn.Reduction.None, false, new Tiling(9, 1, 0));
        loss.sum().backward();
        TensorAssert.Close(loss[1], 0);
        TensorAssert.Close(z[0].grad![1], new double[4], [4]);
        z.ToList().ForEach(one => TensorAssert.Finite(one.grad!));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.001)]
    public void LeaveOneOut_EveryNegativeOfOneImageHidden_IsTheLossAmongItsOwnKeys(double temperature)
    {
        var z = Embeddings(6, ScalarType.Float32, 4, [6, 12, 8]);
        var hidden = torch.zeros(3, 8, dtype: ScalarType.Bool);
        hidden[1].fill_(true);
        var keys = z[1].view(2, 2, 3, 4);
        var terms = LeaveOneOut.TermsInTiles(z[0].view(2, 3, 4), keys, [z[2], z[2]], temperature, [hidden, hidden], false, new Tiling(9, 1, 0));
        terms.select(1, 1).sum().backward();
        var scores = nn.functional.normalize(keys[1], dim: -1).mul(nn.functional.normalize(z[0].view(2, 3, 4)[1])).sum(2L)[TensorIndex.Colon, 1].div(temperature);
        TensorAssert.Close(terms[0, 1], 0);
        TensorAssert.Close(terms[1, 1], scores.logsumexp(0).sub(scores[1]), atol: 5e-7 / temperature);
        TensorAssert.Close(z[0].grad![1], new double[4], [4]);
        TensorAssert.Same(z[2].grad!, zeros_like(z[2]));
        z.ToList().ForEach(one => TensorAssert.Finite(one.grad!));
    }

    [Theory]
    [InlineData(0.1, true)]
    [InlineData(0.001, false)]
    public void Mirroring_MaskOfIdentifiers_NeedsOnlyTheUpperHalf(double temperature, bool mirrored)
    {
        var mask = FalseNegatives.WithinBatch(tensor(new long[] { 1, 2, 1, 3, 2, 4, 5 }));
        var plan = PairPlan.OfViews(2, 7, temperature, ScalarType.Float32, masked: true, new Tiling(30, 2, 0));
        plan.Mirroring(mask).Mirrored.Should().Be(mirrored);
        foreach (var (row, column) in new[] { (0, 1), (13, 0), (12, 13), (6, 8) })
        {
            var other = mask.clone();
            other[row, column] = true;
            plan.Mirroring(other).Mirrored.Should().BeFalse();
        }
    }

    [Fact]
    public void Loss_CalledTwice_GivesTheSameBitsAndGradients()
    {
        foreach (var (kept, temperature) in new[] { (0L, 0.1), (100_000L, 0.1), (0L, 0.001) })
        {
            var z = Embeddings(7, ScalarType.Float32, 33, [65, 65, 200]);
            Tensor[] Run()
            {
                var tiling = new Tiling(700, 1, kept);
                var loss = NTXent.InTiles([z[0], z[1]], temperature, null, nn.Reduction.Mean, tiling)
                    .add(InfoNCE.BatchInTiles(z[0], z[1], temperature, null, nn.Reduction.Mean, bothWays: true, tiling))
                    .add(InfoNCE.AgainstInTiles(z[0], z[1], z[2], temperature, null, nn.Reduction.Mean, false, tiling))
                    .add(TwoSpaces(z, temperature, null, tiling).mean());
                return [loss, .. autograd.grad([loss], z)];
            }

            foreach (var (first, second) in Run().Zip(Run()))
            {
                TensorAssert.Same(second, first);
            }
        }
    }

    [Fact]
    public void Loss_ManyTilesForwardAndBackward_LeavesNothing()
    {
        var z = Embeddings(8, ScalarType.Float32, 4, [6, 6, 9]);
        var tiling = new Tiling(20, 1, 0);
        LeakCheck.OnlyResult(() => NTXent.InTiles([z[0], z[1]], 0.1, null, nn.Reduction.Mean, tiling), z);
        LeakCheck.OnlyResult(() => InfoNCE.AgainstInTiles(z[0], z[1], z[2], 0.001, null, nn.Reduction.Mean, false, tiling), z);
        var (queries, keys) = (z[0].view(2, 3, 4), z[1].view(1, 1, 6, 4).expand(2, 2, 6, 4).narrow(2, 0, 3));
        LeakCheck.OnlyResult(() => LeaveOneOut.TermsInTiles(queries, keys, [z[2], z[2]], 0.001, null, false, tiling), z);
        LeakCheck.NothingLeft(
            () =>
            {
                using var scope = NewDisposeScope(); // TorchSharp leaves a function's gradients in it
                var loss = InfoNCE.BatchInTiles(z[0], z[1], 0.001, null, nn.Reduction.Mean, bothWays: true, tiling);
                loss.backward();
                z[0].grad = null;
                z[1].grad = null;
            },
            z);
    }

    /// <summary>Each image's loss of LooC with one augmentation: queries made of the first input, keys of the second, negatives of the third.</summary>
    private static Tensor TwoSpaces(IReadOnlyList<Tensor> z, double temperature, Tensor? hidden, Tiling tiling)
    {
        var reversed = z.Select(one => one.flip(0)).ToArray();
        var keys = stack([stack([z[1], z[1]]), stack([reversed[1], z[1]])]);
        Tensor?[]? masks = hidden is null ? null : [hidden, null];
        return LeaveOneOut.TermsInTiles(stack([z[0], reversed[0]]), keys, [z[2], reversed[2]], temperature, masks, false, tiling).mean([0]);
    }

    private static Tensor[] Embeddings(int seed, ScalarType type, int columns, IEnumerable<int> counts) => counts
        .Select((count, i) => RandomTensors.Normal((seed * 10) + i, [count, columns], type, requiresGrad: true)).ToArray();
}
