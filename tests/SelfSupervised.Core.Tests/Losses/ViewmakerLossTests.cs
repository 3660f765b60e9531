using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

public sealed class ViewmakerLossTests
{
    [Theory]
    [InlineData(1, -0.2731729072)]
    [InlineData(0.5, -0.4748031784)]
    [InlineData(0.07, -0.6496806162)]
    public void OneSided_WorkedExample_HasKnownMean(double temperature, double expected)
    {
        using var scope = NewDisposeScope();
        TensorAssert.Close(ViewmakerLoss.OneSided([Example.A(), Example.B()], temperature), expected, atol: 1e-9);
    }

    [Fact]
    public void OneSided_OrthogonalPairs_HasKnownValueAndFloor()
    {
        using var scope = NewDisposeScope();
        TensorAssert.Close(ViewmakerLoss.OneSided([eye(2, dtype: float64), eye(2, dtype: float64)], 1), Math.Log((1 + Math.Exp(-1)) / 2), atol: 1e-9);
        TensorAssert.Close(ViewmakerLoss.OneSided([eye(64, dtype: float64), eye(64, dtype: float64)], 0.01), -Math.Log(64), atol: 1e-9);
        TensorAssert.Close(ViewmakerLoss.OneSided([ones(5, 3), ones(5, 3)]), 0, atol: 1e-5);
    }

    [Fact]
    public void OneSided_RandomViews_IsTheSlowFormula()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (RandomTensors.Normal(1, [5, 4]), RandomTensors.Normal(2, [5, 4]));
        var rows = TensorAssert.Values(nn.functional.normalize(cat([a, b]))).Chunk(4).ToArray();
        double Cosine(int i, int k) => rows[i].Zip(rows[k], (x, y) => x * y).Sum() / 0.2;
        var expected = Enumerable.Range(0, 5).Average(i => Math.Log(Enumerable.Range(0, 10).Average(k => Math.Exp(Cosine(i, k)))) - Cosine(i, i + 5));
        TensorAssert.Close(ViewmakerLoss.OneSided([a, b], 0.2), expected, atol: 1e-9);
    }

    [Fact]
    public void AgainstMemories_Scores_IsTheFormula()
    {
        using var scope = NewDisposeScope();
        TensorAssert.Close(ViewmakerLoss.AgainstMemories(zeros(3, 7)), 0);
        var scores = RandomTensors.Normal(1, [4, 6]);
        var rows = TensorAssert.Values(scores).Chunk(6);
        TensorAssert.Close(ViewmakerLoss.AgainstMemories(scores), rows.Average(row => Math.Log(row.Skip(1).Average(Math.Exp)) - row[0]), atol: 1e-9);
    }

    [Fact]
    public void Gradients_FiniteDifferences_Agree()
    {
        using var scope = NewDisposeScope();
        GradientCheck.Verify(
            z => ViewmakerLoss.OneSided([z[0], z[1]], 0.3), [RandomTensors.Normal(1, [3, 4], requiresGrad: true), RandomTensors.Normal(2, [3, 4], requiresGrad: true)]);
        GradientCheck.Verify(z => ViewmakerLoss.AgainstMemories(z[0]), [RandomTensors.Normal(1, [3, 4], requiresGrad: true)]);
    }

    [Fact]
    public void Lifetimes_AndBadInput()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (RandomTensors.Normal(1, [3, 4]), RandomTensors.Normal(2, [3, 4]));
        LeakCheck.OnlyResult(() => ViewmakerLoss.OneSided([a, b]), a, b);
        LeakCheck.OnlyResult(() => ViewmakerLoss.AgainstMemories(a), a);
        FluentActions.Invoking(() => ViewmakerLoss.OneSided([a])).Should().ThrowExactly<ArgumentException>().WithMessage("Expected `views` to be two, but got 1.*");
        FluentActions.Invoking(() => ViewmakerLoss.OneSided([a, ones(2, 4)])).Should().ThrowExactly<ArgumentException>();
        FluentActions.Invoking(() => ViewmakerLoss.OneSided([a, b], 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("temperature");
        FluentActions.Invoking(() => ViewmakerLoss.AgainstMemories(ones(3, 1))).Should().ThrowExactly<ArgumentException>();
    }
}
