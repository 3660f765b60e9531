using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>Masks: how they are made, and that a loss with one equals the loss without those candidates.</summary>
public sealed class FalseNegativesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void WithinBatch_TwoViews_MarksOtherImagesOfTheSameSource()
    {
        var mask = FalseNegatives.WithinBatch(tensor(new long[] { 5, 6, 5 }));
        double[] block0 = [0, 0, 1], block1 = [0, 0, 0], block2 = [1, 0, 0];
        double[][] rows = [[.. block0, .. block0], [.. block1, .. block1], [.. block2, .. block2]];
        mask.dtype.Should().Be(ScalarType.Bool);
        TensorAssert.Close(mask, [.. rows[0], .. rows[1], .. rows[2], .. rows[0], .. rows[1], .. rows[2]], [6, 6]);
    }

    [Fact]
    public void WithinBatch_AllIdentifiersDifferent_MarksNothing() =>
        TensorAssert.Close(FalseNegatives.WithinBatch(tensor(new long[] { 1, 2, 3 }), views: 3), new double[81], [9, 9]);

    [Fact]
    public void Among_SharedIdentifiers_MarksThem()
    {
        var mask = FalseNegatives.Among(tensor(new long[] { 5, 6 }), tensor(new long[] { 6, 7, 5, 6 }));
        TensorAssert.Close(mask, [0, 0, 1, 0, 1, 0, 0, 1], [2, 4]);
    }

    [Fact]
    public void NTXent_Masked_EqualsReferenceWithoutTheCandidates()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 20; trial++)
        {
            var (count, images) = (random.Next(2, 4), random.Next(2, 7));
            var rows = count * images;
            var hidden = new bool[rows, rows];
            for (var i = 0; i < rows; i++)
            {
                for (var k = 0; k < rows; k++)
                {
                    // The diagonal is set as it falls: it is not read.
                    hidden[i, k] = (i == k || i % images != k % images) && random.Next(3) == 0;
                }
            }

            var views = Enumerable.Range(0, count).Select(v => RandomTensors.Normal((trial * 5) + v, [images, 6])).ToArray();
            var loss = NTXent.Loss(views, 0.2, tensor(hidden), nn.Reduction.None);
            var expected = Reference.NTXent(views.Select(Reference.Rows).ToArray(), 0.2, (i, k) => hidden[i, k]);
            TensorAssert.Close(loss, expected, [rows]);
        }
    }

    [Fact]
    public void InfoNCE_Masked_EqualsReferenceWithoutTheCandidates()
    {
        var (queries, keys, negatives) = (RandomTensors.Normal(1, [4, 6]), RandomTensors.Normal(2, [4, 6]), RandomTensors.Normal(3, [3, 6]));
        var (q, k, n) = (Reference.Rows(queries), Reference.Rows(keys), Reference.Rows(negatives));
        bool Hidden(int row, int column) => (row, column) is (0, 1) or (0, 3) or (2, 1);
        var batch = Mask(4, 4, Hidden);
        var queue = Mask(4, 3, Hidden);

        var forward = Reference.InfoNCE(q, k, k, 0.2, ownKeyAmongCandidates: true, Hidden);
        var back = Reference.InfoNCE(k, q, q, 0.2, ownKeyAmongCandidates: true, (row, column) => Hidden(column, row));
        var against = Reference.InfoNCE(q, k, n, 0.2, ownKeyAmongCandidates: false, Hidden);

        TensorAssert.Close(InfoNCE.Loss(queries, keys, 0.2, batch, nn.Reduction.None), forward, [4]);
        TensorAssert.Close(
            InfoNCE.SymmetricLoss(queries, keys, 0.2, batch, nn.Reduction.None),
            forward.Zip(back, (x, y) => (x + y) / 2).ToArray(),
            [4]);
        TensorAssert.Close(InfoNCE.LossAgainst(queries, keys, negatives, 0.2, queue, nn.Reduction.None), against, [4]);
    }

    [Fact]
    public void Loss_EmptyMask_EqualsNone()
    {
        var (a, b) = (RandomTensors.Normal(1, [4, 6]), RandomTensors.Normal(2, [4, 6]));
        TensorAssert.Same(NTXent.Loss([a, b], falseNegatives: zeros(8, 8, dtype: ScalarType.Bool)), NTXent.Loss([a, b]));
        TensorAssert.Same(InfoNCE.Loss(a, b, falseNegatives: zeros(4, 4, dtype: ScalarType.Bool)), InfoNCE.Loss(a, b));
        TensorAssert.Same(InfoNCE.LossAgainst(a, b, b, 0.1, zeros(4, 4, dtype: ScalarType.Bool)), InfoNCE.LossAgainst(a, b, b, 0.1));
    }

    [Fact]
    public void LossAgainst_EveryNegativeHidden_IsZeroWithZeroGradient()
    {
        var queries = RandomTensors.Normal(1, [2, 4], ScalarType.Float32, requiresGrad: true);
        var negatives = RandomTensors.Normal(2, [3, 4], ScalarType.Float32, requiresGrad: true);
        var loss = InfoNCE.LossAgainst(queries, queries.detach(), negatives, 0.01, ones(2, 3, dtype: ScalarType.Bool));
        loss.backward();
        TensorAssert.Close(loss, 0);
        TensorAssert.Close(queries.grad!, new double[8], [2, 4]);
        TensorAssert.Close(negatives.grad!, new double[12], [3, 4]);
    }

    [Fact]
    public void Loss_HiddenCandidatesFarAboveTheOthers_CountForNothing()
    {
        // Opposite views at τ = 0.005: the logits that count are −200; hidden ones (self, rivals) would be +200.
        var view = ones(2, 4);
        var sameSource = torch.zeros(2, dtype: ScalarType.Int64);
        TensorAssert.Close(NTXent.Loss([view, view.neg()], 0.005, FalseNegatives.WithinBatch(sameSource)), 0);
        TensorAssert.Close(InfoNCE.LossAgainst(view, view.neg(), view, 0.005, FalseNegatives.Among(sameSource, sameSource)), 0);
    }

    [Fact]
    public void NTXent_EveryNegativeHidden_IsZero()
    {
        var views = new[] { RandomTensors.Normal(1, [4, 6]), RandomTensors.Normal(2, [4, 6]) };
        TensorAssert.Close(NTXent.Loss(views, 0.1, FalseNegatives.WithinBatch(torch.zeros(4, dtype: ScalarType.Int64))), 0);
    }

    [Fact]
    public void WithinBatch_BadInput_Throws()
    {
        FluentActions.Invoking(() => FalseNegatives.WithinBatch(ones(3))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `sampleIds` to be Int64 of shape [N], N at least 1, but got Float32 of shape [3].");
        FluentActions.Invoking(() => FalseNegatives.Among(tensor(new long[] { 1 }), tensor(new long[,] { { 1 } }))).Should().Throw<ArgumentException>()
            .WithMessage("Expected `candidateIds` to be Int64 of shape [N], N at least 1, but got Int64 of shape [1, 1].");
        FluentActions.Invoking(() => FalseNegatives.WithinBatch(tensor(new long[] { 1 }), views: 0)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName("views");
    }

    [Fact]
    public void WithinBatchAndAmong_LeaveOnlyTheirResult()
    {
        var (ids, others) = (tensor(new long[] { 1, 2, 1 }), tensor(new long[] { 1, 3 }));
        LeakCheck.OnlyResult(() => FalseNegatives.WithinBatch(ids), ids);
        LeakCheck.OnlyResult(() => FalseNegatives.Among(ids, others), ids, others);
    }

    private static Tensor Mask(int rows, int columns, Func<int, int, bool> hidden)
    {
        var mask = new bool[rows, columns];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                mask[row, column] = hidden(row, column);
            }
        }

        return tensor(mask);
    }
}
