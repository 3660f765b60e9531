using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

public sealed class ContrastiveAccuracyTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void NTXentAccuracy_EqualViews_IsOne()
    {
        var view = RandomTensors.Normal(1, [9, 5], ScalarType.Float32);
        TensorAssert.Close(NTXent.Accuracy([view, view]), 1);
        TensorAssert.Close(NTXent.Accuracy([view, view, view.neg()]), 2.0 / 3);
    }

    [Fact]
    public void NTXentAccuracy_OneAnchorNearerToAnotherImage_IsCounted()
    {
        // Image 0 at 0° and 75°, image 1 at 90° and 100°: only the row at 75° is nearest to the other image (90°).
        TensorAssert.Close(NTXent.Accuracy([AtDegrees(0, 90), AtDegrees(75, 100)]), 0.75);
    }

    [Fact]
    public void NTXentAccuracy_RivalMasked_IsNoCandidate()
    {
        var mask = FalseNegatives.WithinBatch(tensor(new long[] { 4, 4 }));
        TensorAssert.Close(NTXent.Accuracy([AtDegrees(0, 90), AtDegrees(75, 100)], mask), 1);
    }

    [Fact]
    public void InfoNCEAccuracy_KnownAngles_IsTheShareOfHits()
    {
        var (queries, keys) = (AtDegrees(0, 90, 180, 270), AtDegrees(5, 195, 170, 275));
        TensorAssert.Close(InfoNCE.Accuracy(queries, AtDegrees(5, 100, 190, 275)), 1);
        TensorAssert.Close(InfoNCE.Accuracy(queries, keys), 0.75);
        var mask = zeros(4, 4, dtype: ScalarType.Bool);
        mask[1, 0] = true;
        mask[1, 2] = true;
        TensorAssert.Close(InfoNCE.Accuracy(queries, keys, mask), 1);
    }

    [Fact]
    public void InfoNCEAccuracyAgainst_KnownAngles_IsTheShareOfHits()
    {
        var (queries, keys) = (AtDegrees(0, 90, 180, 270), AtDegrees(10, 100, 190, 280));
        var negatives = AtDegrees(95, 275, 45);
        TensorAssert.Close(InfoNCE.AccuracyAgainst(queries, keys, negatives), 0.5);
        var mask = zeros(4, 3, dtype: ScalarType.Bool);
        mask[1, 0] = true;
        TensorAssert.Close(InfoNCE.AccuracyAgainst(queries, keys, negatives, mask), 0.75);
        TensorAssert.Close(InfoNCE.AccuracyAgainst(queries, keys, negatives, ones(4, 3, dtype: ScalarType.Bool)), 1);
    }

    [Fact]
    public void Accuracy_InputsThatRequireGradients_HasNone()
    {
        var (a, b) = (Example.A(requiresGrad: true), Example.B(requiresGrad: true));
        NTXent.Accuracy([a, b]).requires_grad.Should().BeFalse();
        InfoNCE.Accuracy(a, b).requires_grad.Should().BeFalse();
        InfoNCE.AccuracyAgainst(a, b, b).requires_grad.Should().BeFalse();
    }

    [Fact]
    public void Accuracy_EveryForm_LeavesOnlyItsResult()
    {
        var (a, b) = (Example.A(), Example.B());
        LeakCheck.OnlyResult(() => NTXent.Accuracy([a, b]), a, b);
        LeakCheck.OnlyResult(() => InfoNCE.Accuracy(a, b), a, b);
        LeakCheck.OnlyResult(() => InfoNCE.AccuracyAgainst(a, b, a), a, b);
    }

    private static Tensor AtDegrees(params double[] angles) => tensor(
        angles.SelectMany(angle => new[] { Math.Cos(angle * Math.PI / 180), Math.Sin(angle * Math.PI / 180) }).ToArray(),
        [angles.Length, 2]);
}
