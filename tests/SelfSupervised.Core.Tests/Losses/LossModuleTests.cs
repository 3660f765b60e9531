using Microsoft.Extensions.Logging;
using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>The modules: that they pass their settings on, warn, and live in a caller's scope.</summary>
public sealed class LossModuleTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _a = RandomTensors.Normal(31, [5, 4]);
    private readonly Tensor _b = RandomTensors.Normal(32, [5, 4]);
    private readonly Tensor _c = RandomTensors.Normal(33, [7, 4]);

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void NTXentLoss_Settings_ReachTheFunction()
    {
        using var loss = new NTXentLoss(0.2, nn.Reduction.None);
        var mask = FalseNegatives.WithinBatch(tensor(new long[] { 1, 2, 3, 1, 2 }));
        TensorAssert.Same(loss.call(_a, _b), NTXent.Loss([_a, _b], 0.2, reduction: nn.Reduction.None));
        TensorAssert.Same(loss.Compute([_a, _b], mask), NTXent.Loss([_a, _b], 0.2, mask, nn.Reduction.None));
        (loss.Temperature, loss.Reduction, loss.CheckValues).Should().Be((0.2, nn.Reduction.None, true));
    }

    [Fact]
    public void NTXentLoss_Defaults_AreThoseOfTheFunction()
    {
        using var loss = new NTXentLoss();
        TensorAssert.Same(loss.call(_a, _b), NTXent.Loss([_a, _b]));
    }

    [Fact]
    public void InfoNCELoss_Settings_ReachTheFunction()
    {
        using var oneWay = new InfoNCELoss(0.2, reduction: nn.Reduction.Sum);
        using var symmetric = new InfoNCELoss(0.3, symmetric: true, nn.Reduction.None);
        var batch = FalseNegatives.WithinBatch(tensor(new long[] { 1, 2, 3, 1, 2 }), views: 1);
        var queue = FalseNegatives.Among(tensor(new long[] { 1, 2, 3, 1, 2 }), tensor(new long[] { 1, 1, 1, 4, 5, 6, 2 }));
        TensorAssert.Same(oneWay.call(_a, _b), InfoNCE.Loss(_a, _b, 0.2, reduction: nn.Reduction.Sum));
        TensorAssert.Same(oneWay.Compute(_a, _b, batch), InfoNCE.Loss(_a, _b, 0.2, batch, nn.Reduction.Sum));
        TensorAssert.Same(oneWay.ComputeAgainst(_a, _b, _c, queue), InfoNCE.LossAgainst(_a, _b, _c, 0.2, queue, nn.Reduction.Sum));
        TensorAssert.Same(symmetric.Compute(_a, _b, batch), InfoNCE.SymmetricLoss(_a, _b, 0.3, batch, nn.Reduction.None));
    }

    [Fact]
    public void InfoNCELoss_Defaults_AreThoseOfTheFunction()
    {
        using var loss = new InfoNCELoss();
        TensorAssert.Same(loss.call(_a, _b), InfoNCE.Loss(_a, _b));
        (loss.Temperature, loss.Symmetric, loss.Reduction, loss.CheckValues).Should().Be((0.07, false, nn.Reduction.Mean, true));
    }

    [Fact]
    public void InfoNCELoss_SymmetricAgainstNegatives_Throws()
    {
        using var loss = new InfoNCELoss(symmetric: true);
        loss.Invoking(one => one.ComputeAgainst(_a, _b, _c)).Should().Throw<InvalidOperationException>();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    public void Constructor_BadTemperature_Throws(double temperature)
    {
        FluentActions.Invoking(() => new NTXentLoss(temperature)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(temperature));
        FluentActions.Invoking(() => new InfoNCELoss(temperature)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(temperature));
    }

    [Fact]
    public void CheckValues_Off_LetsNaNThrough()
    {
        var bad = full([5, 4], double.NaN, ScalarType.Float64);
        using var ntXent = new NTXentLoss(checkValues: false);
        using var infoNce = new InfoNCELoss(checkValues: false);
        ntXent.call(_a, bad).item<double>().Should().Be(double.NaN);
        infoNce.call(_a, bad).item<double>().Should().Be(double.NaN);
    }

    [Fact]
    public void Logger_BatchOfOneImage_IsWarned()
    {
        var logger = new ListLogger();
        using var ntXent = new NTXentLoss(logger: logger);
        using var infoNce = new InfoNCELoss(logger: logger);
        TensorAssert.Close(ntXent.call(_a.narrow(0, 0, 1), _b.narrow(0, 0, 1)), 0);
        TensorAssert.Close(infoNce.call(_a.narrow(0, 0, 1), _b.narrow(0, 0, 1)), 0, atol: 1e-12);
        logger.Entries.Should().Equal(
            (LogLevel.Warning, "NTXentLoss was given a batch of one image: there are no negatives, so the loss teaches nothing."),
            (LogLevel.Warning, "InfoNCELoss was given a batch of one image: there are no negatives, so the loss teaches nothing."));
    }

    [Fact]
    public void Logger_LargerBatch_HearsNothing()
    {
        var logger = new ListLogger();
        using var ntXent = new NTXentLoss(logger: logger);
        using var infoNce = new InfoNCELoss(logger: logger);
        ntXent.call(_a, _b);
        infoNce.ComputeAgainst(_a.narrow(0, 0, 1), _b.narrow(0, 0, 1), _c);
        logger.Entries.Should().BeEmpty();
    }

    [Fact]
    public void Module_MadeInACallersScope_OutlivesIt()
    {
        NTXentLoss loss;
        using (NewDisposeScope())
        {
            loss = new NTXentLoss();
            loss.call(_a, _b);
        }

        using (loss)
        {
            TensorAssert.Same(loss.call(_a, _b), NTXent.Loss([_a, _b]));
            loss.parameters().Should().BeEmpty();
            loss.state_dict().Should().BeEmpty();
        }
    }

    [Fact]
    public void Call_EveryForm_LeavesOnlyItsResult()
    {
        using var ntXent = new NTXentLoss();
        using var infoNce = new InfoNCELoss();
        LeakCheck.OnlyResult(() => ntXent.call(_a, _b), _a, _b);
        LeakCheck.OnlyResult(() => infoNce.call(_a, _b), _a, _b);
        LeakCheck.OnlyResult(() => infoNce.ComputeAgainst(_a, _b, _c), _a, _b, _c);
    }

    [Fact]
    public void Call_FiveLinesOfThePackageReadme_Train()
    {
        using var viewA = torch.randn(32, 128, requires_grad: true);
        using var viewB = torch.randn(32, 128, requires_grad: true);
        using var criterion = new NTXentLoss(temperature: 0.5);
        using var loss = criterion.call(viewA, viewB);
        loss.backward();
        TensorAssert.Finite(viewA.grad!);
        TensorAssert.Finite(viewB.grad!);
    }

    private sealed class ListLogger : ILogger
    {
        public List<(LogLevel Level, string Message)> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add((logLevel, formatter(state, exception)));
    }
}
