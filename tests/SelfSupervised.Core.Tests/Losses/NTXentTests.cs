using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>Values: closed forms, the worked example, a slow reference and PyTorch.</summary>
public sealed class NTXentTests
{
    public static TheoryData<string> Cases => new(Fixture.Load("ntxent.json").Select(fixture => fixture.Name));

    [Theory]
    [InlineData(2, 2, 1.0986123, 0.5)]
    [InlineData(2, 4, 1.9459101, 0.1)]
    [InlineData(2, 256, 6.2363696, 0.005)]
    [InlineData(3, 4, 2.3978953, 1)]
    public void Loss_AllEmbeddingsEqual_IsLogOfCandidateCount(int views, int images, double expected, double temperature)
    {
        using var scope = NewDisposeScope();
        var view = ones(images, 8, dtype: ScalarType.Float64);
        var loss = NTXent.Loss(Enumerable.Repeat(view, views).ToArray(), temperature);
        TensorAssert.Close(loss, Math.Log((views * images) - 1));
        TensorAssert.Close(loss, expected, atol: 1e-7);
    }

    [Theory]
    [InlineData(1, 0.5514447139)]
    [InlineData(0.5, 0.2395447662)]
    [InlineData(0.1, 9.0795737e-5)]
    public void Loss_EqualViewsOfOrthogonalImages_HasClosedForm(double temperature, double expected)
    {
        using var scope = NewDisposeScope();
        var view = eye(2, dtype: ScalarType.Float64);
        var loss = NTXent.Loss([view, view], temperature);
        TensorAssert.Close(loss, Math.Log(1 + (2 * Math.Exp(-1 / temperature))));
        TensorAssert.Close(loss, expected, atol: 1e-9);
    }

    [Theory]
    [InlineData(1, 1.2619715049)]
    [InlineData(0.5, 0.9729453884)]
    [InlineData(0.07, 0.0499632868)]
    public void Loss_WorkedExample_HasKnownMean(double temperature, double expected)
    {
        using var scope = NewDisposeScope();
        TensorAssert.Close(NTXent.Loss([Example.A(), Example.B()], temperature), expected, atol: 1e-9);
    }

    [Fact]
    public void Loss_WorkedExampleUnreduced_HasKnownAnchorsInOrder()
    {
        using var scope = NewDisposeScope();
        var loss = NTXent.Loss([Example.A(), Example.B()], 0.5, reduction: nn.Reduction.None);
        TensorAssert.Close(loss, [1.06128089, 0.9665402, 0.86331913, 1.05704512, 1.02246539, 0.8670216], [6], atol: 1e-8);
    }

    [Fact]
    public void Loss_DefaultTemperature_IsOneHalf()
    {
        using var scope = NewDisposeScope();
        TensorAssert.Same(NTXent.Loss([Example.A(), Example.B()]), NTXent.Loss([Example.A(), Example.B()], 0.5));
    }

    [Fact]
    public void Loss_SumAndMean_AreThoseOfTheAnchors()
    {
        using var scope = NewDisposeScope();
        Tensor[] views = [Example.A(), Example.B()];
        var anchors = TensorAssert.Values(NTXent.Loss(views, reduction: nn.Reduction.None));
        TensorAssert.Close(NTXent.Loss(views, reduction: nn.Reduction.Sum), anchors.Sum());
        TensorAssert.Close(NTXent.Loss(views, reduction: nn.Reduction.Mean), anchors.Average());
    }

    [Fact]
    public void Loss_RandomSizes_EqualsSlowReference()
    {
        var random = new Random(1);
        for (var trial = 0; trial < 40; trial++)
        {
            using var scope = NewDisposeScope();
            var (count, images, columns) = (random.Next(2, 6), random.Next(1, 12), random.Next(1, 20));
            var temperature = 0.05 + random.NextDouble();
            var views = Enumerable.Range(0, count).Select(v => RandomTensors.Normal((trial * 10) + v, [images, columns])).ToArray();
            var loss = NTXent.Loss(views, temperature, reduction: nn.Reduction.None);
            TensorAssert.Close(loss, Reference.NTXent(views.Select(Reference.Rows).ToArray(), temperature), [count * images]);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Loss_PyTorchCase_EqualsPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixture.Load("ntxent.json").Single(one => one.Name == name);
        var views = Enumerable.Range(0, 5).Where(v => fixture.Has($"view{v}"))
            .Select(v => fixture.Tensor($"view{v}", requiresGrad: true)).ToArray();
        var mask = fixture.Has("ids") ? FalseNegatives.WithinBatch(fixture.Tensor("ids"), views.Length) : null;
        var temperature = fixture.Number("temperature");
        var atol = views[0].dtype == ScalarType.Float64 ? 1e-12 : 5e-7 / temperature;

        var loss = NTXent.Loss(views, temperature, mask);
        loss.backward();

        TensorAssert.Close(loss, fixture.Tensor("loss"), atol);
        TensorAssert.Close(NTXent.Loss(views, temperature, mask, nn.Reduction.None), fixture.Tensor("perAnchor"), atol);
        for (var v = 0; v < views.Length; v++)
        {
            TensorAssert.Close(views[v].grad!, fixture.Tensor($"view{v}.grad"), atol * 10);
        }
    }

    [Fact]
    public void Loss_OneImageInTwoViews_IsZero()
    {
        using var scope = NewDisposeScope();
        Tensor[] views = [RandomTensors.Normal(1, [1, 5], requiresGrad: true), RandomTensors.Normal(2, [1, 5])];
        var loss = NTXent.Loss(views);
        loss.backward();
        TensorAssert.Close(loss, 0, atol: 1e-14);
        TensorAssert.Close(views[0].grad!, new double[5], [1, 5], atol: 1e-14);
    }

    [Theory]
    [InlineData(0.005)]
    [InlineData(1e-4)]
    [InlineData(1e4)]
    public void Loss_ExtremeTemperature_StaysFinite(double temperature)
    {
        using var scope = NewDisposeScope();
        Tensor[] views =
        [
            RandomTensors.Normal(1, [16, 8], ScalarType.Float32, requiresGrad: true),
            RandomTensors.Normal(2, [16, 8], ScalarType.Float32, requiresGrad: true),
        ];
        var loss = NTXent.Loss(views, temperature, reduction: nn.Reduction.None);
        loss.mean().backward();

        TensorAssert.Finite(views[0].grad!);
        TensorAssert.Finite(views[1].grad!);
        var expected = NTXent.Loss([views[0].@double(), views[1].@double()], temperature, reduction: nn.Reduction.None);
        TensorAssert.Close(loss.@double(), expected, atol: 5e-7 / temperature, rtol: 1e-5);
    }

    [Fact]
    public void Loss_ZeroRow_StaysFinite()
    {
        using var scope = NewDisposeScope();
        var zero = torch.zeros(3, 4, requires_grad: true);
        var loss = NTXent.Loss([zero, RandomTensors.Normal(3, [3, 4], ScalarType.Float32)]);
        loss.backward();
        TensorAssert.Finite(loss);
        TensorAssert.Finite(zero.grad!);
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Loss_HalfPrecisionInput_IsComputedInFloat32(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var half = RandomTensors.Normal(1, [8, 6], type, requiresGrad: true);
        var other = RandomTensors.Normal(2, [8, 6], type);
        var loss = NTXent.Loss([half, other], 0.05);
        loss.backward();

        TensorAssert.Same(loss, NTXent.Loss([half.@float(), other.@float()], 0.05));
        half.grad!.dtype.Should().Be(type);
        TensorAssert.Finite(half.grad!);
    }

    [Fact]
    public void Loss_OneViewInDouble_IsComputedInFloat64()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (Example.A(), Example.B(ScalarType.Float32));
        TensorAssert.Same(NTXent.Loss([a, b]), NTXent.Loss([a, b.@double()]));
    }

    [Fact]
    public void Loss_CalledTwice_GivesTheSameBits()
    {
        using var scope = NewDisposeScope();
        Tensor[] views = [RandomTensors.Normal(1, [33, 17], ScalarType.Float32), RandomTensors.Normal(2, [33, 17], ScalarType.Float32)];
        TensorAssert.Same(NTXent.Loss(views), NTXent.Loss(views));
    }
}
