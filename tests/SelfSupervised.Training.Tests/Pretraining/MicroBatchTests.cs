using SelfSupervised.Core;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Viewmaker;
using SelfSupervised.Core.Views;
using SelfSupervised.Data.Batching;
using SelfSupervised.Data.Synthetic;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Pretraining;

/// <summary>Runs whose batches are embedded in parts.</summary>
public sealed class MicroBatchTests : IDisposable
{
    private const int Steps = 4;

    private static readonly ImageShape s_crop = new(3, 20, 20);

    private readonly string _folder = Directory.CreateTempSubdirectory("micro-batch-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("SimClr", 6)]
    [InlineData("MoCo", 6)]
    [InlineData("AdversarialViews", 2)]
    public void Run_NoBatchStatistics_IsTheRunWithout(string name, int steps)
    {
        // Rounding grows with the steps of a game, whose networks have kinks. Batches of 10, 10, 4 and so on, two to a step, of which the one of 4 is no larger than a part.
        using var plain = Method(name);
        using var cached = Method(name);
        var (recorder, cachedRecorder) = (new Recorder(), new Recorder());
        var options = new PretrainerOptions { Steps = steps, Accumulation = 2, MaxGradientNorm = 0.3, ReportEvery = 2 };
        var expected = Run(plain, options, recorder);
        var result = Run(cached, options with { MicroBatch = 4 }, cachedRecorder);

        result.History.Losses.Should().Equal(expected.History.Losses, (a, b) => Math.Abs(a - b) < 1e-5);
        foreach (var ((_, one), (_, other)) in cached.state_dict().Zip(plain.state_dict()))
        {
            TensorAssert.Close(one, other, atol: 1e-4);
        }

        cachedRecorder.Reports.Should().HaveCount(steps / 2);
        foreach (var (report, other) in cachedRecorder.Reports.Zip(recorder.Reports))
        {
            report.Metrics.Keys.Should().Equal(other.Metrics.Keys);
            report.Metrics["accuracy"].Should().Be(other.Metrics["accuracy"]);
            report.Health!.EffectiveRank.Should().BeApproximately(other.Health!.EffectiveRank, 1e-3);
        }
    }

    [Fact]
    public void Run_StoppedAnywhereAndStartedAgain_GivesTheSameBits()
    {
        using var scope = NewDisposeScope();
        var options = new PretrainerOptions { Steps = Steps, MicroBatch = 3, ReportEvery = 2 };
        manual_seed(1);
        using var straight = Method("SimClr", dropout: 0.3);
        var whole = Run(straight, options);
        for (var stopAt = 1; stopAt < Steps; stopAt++)
        {
            var kept = options with { CheckpointFolder = Path.Combine(_folder, $"{stopAt}"), ReportEvery = 1 };
            manual_seed(1);
            using var first = Method("SimClr", dropout: 0.3);
            using var stop = new CancellationTokenSource();
            Run(first, kept, new Recorder(report => Stop(report.Step)), stop.Token).Steps.Should().Be(stopAt);
            manual_seed(99);
            using var second = Method("SimClr", dropout: 0.3);
            Run(second, kept).History.Losses.Should().Equal(whole.History.Losses);
            foreach (var ((_, one), (_, other)) in second.state_dict().Zip(straight.state_dict()))
            {
                TensorAssert.Same(one, other);
            }

            void Stop(int step)
            {
                if (step == stopAt)
                {
                    stop.Cancel();
                }
            }
        }
    }

    [Fact]
    public void Run_LossNotFinite_NamesTheStep()
    {
        using var method = Method("SimClr");
        using (no_grad())
        {
            method.parameters().First().fill_(double.NaN);
        }

        FluentActions.Invoking(() => Run(method, new PretrainerOptions { Steps = Steps, MicroBatch = 4, ReportEvery = 2 })).Should().ThrowExactly<NonFiniteLossException>()
            .Which.Step.Should().Be(1);
    }

    [Fact]
    public void Run_Whole_LeavesNoTensor()
    {
        using var method = Method("SimClr", dropout: 0.3);
        manual_seed(1);
        LeakCheck.NothingLeft(() =>
        {
            Run(method, new PretrainerOptions { Steps = 3, MicroBatch = 4, ReportEvery = 2 });
            method.zero_grad();
        });
    }

    [Fact]
    public void MicroBatch_BadArguments_Throw()
    {
        using var method = new Toy();
        using var optimizer = optim.SGD(method.parameters(), 0.1);
        FluentActions.Invoking(() => new Pretrainer(method, new ToySource(), optimizer, LearningRate.Constant(0.1), new PretrainerOptions { Steps = 1, MicroBatch = 4 }))
            .Should().ThrowExactly<ArgumentException>().WithMessage("Expected `method` to be separable, as `options` ask for a micro-batch, but Toy doesn't say how it embeds images.*");
        FluentActions.Invoking(() => new PretrainerOptions { Steps = 1, MicroBatch = 0 }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("MicroBatch");
        new PretrainerOptions { Steps = 1 }.MicroBatch.Should().BeNull();
    }

    private static TrainingResult Run(PretrainingMethod method, PretrainerOptions options, Recorder? recorder = null, CancellationToken stop = default)
    {
        var sprites = new Sprites(24, seed: 3);
        var source = new PretrainingSource(new PrefetchingBatchSource(sprites, new BatchPlan(sprites.Count, 10, seed: 4)));
        PlayerOptimizer[] players =
        [
            .. method.Players.Select((_, player) => new PlayerOptimizer(
                optim.SGD(method.TrainedParameters(player).Select(entry => entry.Parameter), 0.1, momentum: 0.9), LearningRate.Constant(0.1)) { UpdatesPerStep = 1 + player }),
        ];
        try
        {
            return new Pretrainer(method, source, players, options, recorder ?? new Recorder()).Run(stop);
        }
        finally
        {
            Array.ForEach(players, player => player.Optimizer.Dispose());
        }
    }

    private static PretrainingMethod Method(string name, double dropout = 0)
    {
        using var weights = new Generator(3);
        var views = ViewPlan.TwoViews(new ViewPipeline(new RandomCrop(s_crop.Height, s_crop.Width), new RandomHorizontalFlip()));
        return name switch
        {
            "SimClr" => SimClr(views),
            "MoCo" => new MoCo(() => Encoder(), () => Head(), views, new MoCoOptions { QueueCapacity = 33, Dimension = 8, Symmetric = true }, seed: 5),
            "AdversarialViews" => new AdversarialViews(
                new LearnedViews(new ViewmakerNetwork(new ViewmakerOptions { BaseWidth = 2, ResidualBlocks = 1 }, weights), 2, views), SimClr),
            _ => throw new ArgumentException($"There is no method {name}."),
        };

        SimClr SimClr(IViews made) => new(Encoder(), nn.Sequential(nn.Dropout(dropout), Head()), made, seed: 5);
    }

    private static nn.Module<Tensor, Tensor> Encoder() =>
        RandomTensors.Filled(nn.Sequential(nn.Conv2d(3, 4, 3, stride: 2), nn.Tanh(), nn.AdaptiveAvgPool2d(2), nn.Flatten()), seed: 10);

    private static nn.Module<Tensor, Tensor> Head() => RandomTensors.Filled(nn.Linear(16, 8), seed: 20);
}
