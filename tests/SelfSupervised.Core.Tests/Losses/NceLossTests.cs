using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Weights;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>The module: where Z comes from, and that it stays.</summary>
public sealed class NceLossTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _first = RandomTensors.Normal(1, [4, 6], float32);
    private readonly Tensor _second = RandomTensors.Normal(2, [4, 6], float32).mul(3);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Fixed_Value_ReachesTheFunction()
    {
        using var loss = NceLoss.Fixed(0.7, nn.Reduction.Sum);
        TensorAssert.Same(loss.call(_first, _second), Nce.Loss(_first, _second, logPartition: tensor(0.7), reduction: nn.Reduction.Sum));
        using var plain = NceLoss.Fixed();
        TensorAssert.Same(plain.Compute(_first, places: 9), Nce.Loss(_first, places: 9));
        plain.state_dict().Should().BeEmpty();
        (plain.Partition, plain.Reduction, plain.CheckValues, plain.LogPartition is null).Should().Be((NcePartition.Fixed, nn.Reduction.Mean, true, true));
    }

    [Fact]
    public void Estimated_FirstBatch_DecidesZForAll()
    {
        using var loss = NceLoss.Estimated(places: 50);
        loss.IsEstimated!.item<bool>().Should().BeFalse();
        var expected = Nce.EstimateLogPartition(_first, places: 50);
        TensorAssert.Close(expected, Math.Log(50 * TensorAssert.Values(_first).Average(Math.Exp)));
        TensorAssert.Same(loss.Compute(_first, places: 50), Nce.Loss(_first, places: 50, logPartition: expected));
        TensorAssert.Same(loss.call(_second, _first), Nce.Loss(_second, _first, logPartition: expected));
        TensorAssert.Same(loss.LogPartition!, expected);
        loss.IsEstimated!.item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Estimated_LoadedAgain_IsNotEstimatedAnew()
    {
        using var loss = NceLoss.Estimated(places: 50);
        loss.Compute(_first, places: 50);
        using var file = new MemoryStream();
        loss.SaveSafetensors(file);
        file.Position = 0;
        using var resumed = NceLoss.Estimated(places: 50);
        resumed.LoadSafetensors(file).IsExact.Should().BeTrue();
        TensorAssert.Same(resumed.Compute(_second, places: 50), loss.Compute(_second, places: 50));
        TensorAssert.Same(resumed.LogPartition!, loss.LogPartition!);
        loss.state_dict().Keys.Should().Equal("logPartition", "isEstimated");
        loss.parameters().Should().BeEmpty();
    }

    [Fact]
    public void Estimated_LoadedFromBeforeTheFirstBatch_IsEstimatedAnew()
    {
        using var fresh = NceLoss.Estimated(places: 50);
        using var loss = NceLoss.Estimated(places: 50);
        loss.Compute(_first, places: 50);
        loss.load_state_dict(fresh.state_dict());
        loss.Compute(_second, places: 50);
        TensorAssert.Same(loss.LogPartition!, Nce.EstimateLogPartition(_second, places: 50));
    }

    [Fact]
    public void Estimated_InEvaluation_KeepsNothing()
    {
        using var loss = NceLoss.Estimated(places: 50);
        loss.eval();
        TensorAssert.Same(
            loss.Compute(_first, places: 50), Nce.Loss(_first, places: 50, logPartition: Nce.EstimateLogPartition(_first, places: 50)));
        loss.IsEstimated!.item<bool>().Should().BeFalse();
        loss.train();
        loss.Compute(_second, places: 50);
        TensorAssert.Same(loss.LogPartition!, Nce.EstimateLogPartition(_second, places: 50));
    }

    [Fact]
    public void Estimated_BadFirstBatch_IsRefusedAndKeepsNothing()
    {
        using var loss = NceLoss.Estimated(places: 50);
        loss.Invoking(one => one.Compute(full([2, 3], float.NaN), places: 50)).Should().Throw<ArgumentException>();
        loss.IsEstimated!.item<bool>().Should().BeFalse();
    }

    [Fact]
    public void Estimated_Gradient_DoesNotGoThroughZ()
    {
        using var loss = NceLoss.Estimated(places: 50);
        var (scores, same) = (_first.clone().requires_grad_(), _first.clone().requires_grad_());
        loss.Compute(scores, places: 50).backward();
        Nce.Loss(same, places: 50, logPartition: loss.LogPartition).backward();
        TensorAssert.Same(scores.grad!, same.grad!);
        (loss.LogPartition!.requires_grad, loss.LogPartition.grad is null).Should().Be((false, true));
    }

    [Fact]
    public void Learned_LogPartition_IsAParameter()
    {
        using var loss = NceLoss.Learned(0.5);
        TensorAssert.Close(loss.Compute(_first, places: 9), Nce.Loss(_first, places: 9, logPartition: tensor(0.5)));
        loss.Compute(_first, places: 9).backward();
        loss.named_parameters().Select(entry => entry.name).Should().Equal("logPartition");
        TensorAssert.Finite(loss.LogPartition!.grad!);
        loss.LogPartition.grad!.item<float>().Should().NotBe(0);
        loss.LogPartition!.item<float>().Should().Be(0.5f);
        loss.to(float64);
        loss.named_parameters().Should().ContainSingle(entry => entry.parameter.dtype == float64);
        TensorAssert.Close(loss.Compute(_first.to(float64), places: 9), Nce.Loss(_first.to(float64), places: 9, logPartition: tensor(0.5)));
    }

    [Fact]
    public void Lifetimes_AreTheCallers()
    {
        var modules = new List<NceLoss>();
        using (var scope = NewDisposeScope())
        {
            modules.AddRange([NceLoss.Fixed(1), NceLoss.Estimated(9), NceLoss.Learned()]);
            scope.DisposablesCount.Should().Be(0);
        }

        foreach (var loss in modules)
        {
            LeakCheck.OnlyResult(() => loss.Compute(_first, places: 9), _first);
            LeakCheck.OnlyResult(() => loss.call(_first, _second), _first, _second);
            loss.Dispose();
        }

        LeakCheck.NothingLeft(() => NceLoss.Estimated(9).Dispose());
        LeakCheck.NothingLeft(() => NceLoss.Learned().Dispose());
    }

    [Fact]
    public void BadInput_Throws()
    {
        FluentActions.Invoking(() => NceLoss.Estimated(0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("places");
        FluentActions.Invoking(() => NceLoss.Fixed(double.NaN)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("logPartition");
        FluentActions.Invoking(() => NceLoss.Learned(double.PositiveInfinity)).Should().Throw<ArgumentOutOfRangeException>();
        using var loss = NceLoss.Estimated(9);
        loss.Invoking(one => one.Compute(ones(3, 1), places: 9)).Should().Throw<ArgumentException>();
        loss.Invoking(one => one.Compute(_first, places: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("places");
    }
}
