using SelfSupervised.Core;
using SelfSupervised.Training.Checkpoints;
using SelfSupervised.Training.Pretraining;
using TorchSharp.Modules;

namespace SelfSupervised.Training.Tests.Pretraining;

public sealed class PretrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pretrainer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_PlainSgd_IsTheLoopByHand()
    {
        using var scope = NewDisposeScope();
        using var method = new Toy();
        Run(method, new PretrainerOptions { Steps = 9 }, LearningRate.Cosine(0.1, 9));

        using var byHand = new Toy();
        using var optimizer = optim.SGD(byHand.parameters(), 0.1);
        for (var step = 0; step < 9; step++)
        {
            optimizer.SetLearningRate(LearningRate.Cosine(0.1, 9)(step));
            optimizer.zero_grad();
            byHand.Compute(new(ToySource.Images(step / 4, step % 4, 5), new int[5])).Loss.backward();
            optimizer.step();
        }

        TensorAssert.Same(method.Weight, byHand.Weight);
        method.Steps.Should().Equal(Enumerable.Range(0, 9));
        method.StepsDone.Should().Be(9);
    }

    [Fact]
    public void Run_Accumulation_IsTheGradientOfTheMean()
    {
        using var scope = NewDisposeScope();
        using var method = new Toy();
        var result = Run(method, new PretrainerOptions { Steps = 2, Accumulation = 3 }, LearningRate.Constant(0.1));

        using var byHand = new Toy();
        using var optimizer = optim.SGD(byHand.parameters(), 0.1);
        var losses = new List<double>();
        for (var step = 0; step < 2; step++)
        {
            optimizer.zero_grad();
            var loss = Enumerable.Range(step * 3, 3)
                .Select(batch => byHand.Compute(new(ToySource.Images(batch / 4, batch % 4, 5), new int[5])).Loss).Aggregate((a, b) => a + b) / 3;
            loss.backward();
            losses.Add(loss.item<float>());
            optimizer.step();
        }

        TensorAssert.Close(method.Weight, byHand.Weight);
        result.History.Losses.Should().Equal(losses, (a, b) => Math.Abs(a - b) < 1e-6);
        method.Steps.Should().Equal(0, 1, 2, 3, 4, 5);
    }

    [Fact]
    public void Run_MaxGradientNorm_BoundsTheStep()
    {
        using var scope = NewDisposeScope();
        using var method = new Toy();
        var before = method.Weight.detach().clone();
        Run(method, new PretrainerOptions { Steps = 1, MaxGradientNorm = 0.01 }, LearningRate.Constant(1));
        method.Weight.detach().sub(before).norm().item<float>().Should().BeApproximately(0.01f, 1e-5f);
    }

    [Fact]
    public void Run_Reports_HaveLossRateMetricsHealthAndEpoch()
    {
        using var method = new Toy();
        var recorder = new Recorder();
        var result = Run(method, new PretrainerOptions { Steps = 7, ReportEvery = 3 }, LearningRate.Cosine(0.1, 7), recorder);
        recorder.Reports.Select(report => report.Step).Should().Equal(3, 6, 7);
        recorder.Reports.Select(report => report.Epoch).Should().Equal(0, 1, 1);
        recorder.Reports.Select(report => report.LearningRate).Should().Equal(new[] { 2, 5, 6 }.Select(step => LearningRate.Cosine(0.1, 7)(step)));
        result.History.Losses.Should().HaveCount(7);
        recorder.Reports[1].Loss.Should().BeApproximately(result.History.Losses.Skip(3).Take(3).Average(), 1e-12);
        recorder.Reports.Should().OnlyContain(report => report.Metrics["norm"] > 0 && report.Health!.EffectiveRank > 1 && report.SecondsPerStep > 0);
        recorder.Events.Select(one => one.Kind).Should().Equal(TrainingEventKind.Started, TrainingEventKind.Completed);
        result.History.Reports.Should().Equal(recorder.Reports);
        (result.Steps, result.IsComplete).Should().Be((7, true));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(false, 0.9)]
    [InlineData(true, 0)]
    public void Run_StoppedAnywhereAndStartedAgain_GivesTheSameBits(bool adam, double momentum)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var straight = new Toy(dropout: 0.3);
        var whole = Run(straight, new PretrainerOptions { Steps = 12, ReportEvery = 2 }, LearningRate.Cosine(0.1, 12), adam: adam, momentum: momentum);
        for (var stopAt = 1; stopAt < 12; stopAt++)
        {
            var options = new PretrainerOptions { Steps = 12, ReportEvery = 2, CheckpointFolder = Path.Combine(_folder, $"{stopAt}"), CheckpointEvery = 5 };
            manual_seed(1);
            using (var first = new Toy(dropout: 0.3))
            {
                using var stop = new CancellationTokenSource();
                var stopped = Run(first, options, LearningRate.Cosine(0.1, 12), adam: adam, stop: stop, stopAt: stopAt, momentum: momentum);
                (stopped.Steps, stopped.IsComplete).Should().Be((stopAt, false));
            }

            manual_seed(99);
            using var second = new Toy(dropout: 0.3);
            var recorder = new Recorder();
            var resumed = Run(second, options, LearningRate.Cosine(0.1, 12), recorder, adam, momentum: momentum);
            recorder.Events[0].Should().Match<TrainingEvent>(one => one.Kind == TrainingEventKind.Resumed && one.Step == stopAt);
            TensorAssert.Same(second.Weight, straight.Weight);
            resumed.History.Losses.Should().Equal(whole.History.Losses);
            resumed.History.Reports.Select(report => (report.Step, report.Loss)).Should().Equal(whole.History.Reports.Select(report => (report.Step, report.Loss)));
        }
    }

    [Fact]
    public void Run_CompletedRun_DoesNothingMore()
    {
        var options = new PretrainerOptions { Steps = 3, CheckpointFolder = _folder };
        using var first = new Toy();
        Run(first, options, LearningRate.Constant(0.1));
        using var second = new Toy();
        Run(second, options, LearningRate.Constant(0.1)).IsComplete.Should().BeTrue();
        second.Steps.Should().BeEmpty();
        TensorAssert.Same(second.Weight, first.Weight);
    }

    [Fact]
    public void Run_LatestCheckpointDamaged_UsesTheOneBefore()
    {
        var options = new PretrainerOptions { Steps = 6, CheckpointFolder = _folder, CheckpointEvery = 2 };
        using var first = new Toy();
        Run(first, options, LearningRate.Constant(0.1));
        var checkpoints = new CheckpointFolder(_folder).Checkpoints();
        checkpoints.Select(one => one.Step).Should().Equal(6, 4);
        File.WriteAllBytes(checkpoints[0].Path, File.ReadAllBytes(checkpoints[0].Path)[..^7]);

        using var second = new Toy();
        var recorder = new Recorder();
        Run(second, options, LearningRate.Constant(0.1), recorder).IsComplete.Should().BeTrue();
        recorder.Events.Select(one => (one.Kind, one.Step)).Take(2).Should().Equal((TrainingEventKind.CheckpointRefused, 6), (TrainingEventKind.Resumed, 4));
        second.Steps.Should().Equal(4, 5);
        TensorAssert.Same(second.Weight, first.Weight);

        // What was damaged has been written again.
        using var third = new Toy();
        Run(third, options, LearningRate.Constant(0.1)).IsComplete.Should().BeTrue();
        third.Steps.Should().BeEmpty();
    }

    [Fact]
    public void Run_LaterCheckpointRefused_KeepsTheOnesThatAreUsed()
    {
        // A file of a later step that can't be used takes no place of those that can.
        var options = new PretrainerOptions { Steps = 8, CheckpointFolder = _folder, CheckpointEvery = 1 };
        var folder = new CheckpointFolder(_folder);
        File.WriteAllText(folder.PathOf(90), "not a checkpoint");
        using (var first = new Toy())
        {
            FluentActions.Invoking(() => Run(first, options, LearningRate.Constant(0.1))).Should().ThrowExactly<CheckpointException>();
        }

        File.Delete(folder.PathOf(90));
        using var second = new Toy();
        using var stop = new CancellationTokenSource();
        Run(second, options, LearningRate.Constant(0.1), stop: stop, stopAt: 3);
        File.WriteAllText(folder.PathOf(90), "not a checkpoint");
        using var third = new Toy();
        Run(third, options, LearningRate.Constant(0.1)).IsComplete.Should().BeTrue();
        folder.Checkpoints().Select(one => one.Step).Should().Equal(90, 8, 7);
    }

    [Fact]
    public void Run_CheckpointOfAnotherOptimiserOrNetwork_IsRefused()
    {
        var options = new PretrainerOptions { Steps = 2, CheckpointFolder = _folder };
        using var first = new Toy();
        Run(first, options, LearningRate.Constant(0.1), adam: true);
        using var second = new Toy();
        var recorder = new Recorder();
        FluentActions.Invoking(() => Run(second, options, LearningRate.Constant(0.1), recorder)).Should().ThrowExactly<CheckpointException>();
        recorder.Events.Should().ContainSingle().Which.Message.Should().Contain("holds the state of another optimiser");

        using var wider = new Toy(outputs: 4);
        recorder.Events.Clear();
        FluentActions.Invoking(() => Run(wider, options, LearningRate.Constant(0.1), recorder, adam: true)).Should().ThrowExactly<CheckpointException>();
        recorder.Events.Should().ContainSingle().Which.Message.Should().Contain("layer.weight").And.Contain("does not fit");
    }

    [Fact]
    public void Run_Twice_BeginsAnewWithItsOwnHistory()
    {
        using var method = new Toy();
        using var optimizer = optim.SGD(method.parameters(), 0.1);
        var pretrainer = new Pretrainer(method, new ToySource(), optimizer, LearningRate.Constant(0), new PretrainerOptions { Steps = 4, ReportEvery = 2 });
        var first = pretrainer.Run();
        var second = pretrainer.Run();
        second.History.Losses.Should().Equal(first.History.Losses);
        second.History.Reports.Should().HaveCount(2);
        second.History.Reports.Select(one => one.Loss).Should().Equal(first.History.Reports.Select(one => one.Loss));
    }

    [Fact]
    public void Run_TwoPlayers_TakeTurnsWithOptimisersAndLossesOfTheirOwn()
    {
        using var scope = NewDisposeScope();
        using var method = new Duel();
        using var climber = optim.SGD(method.TrainedParameters(0).Select(entry => entry.Parameter), 1);
        using var diver = optim.SGD(method.TrainedParameters(1).Select(entry => entry.Parameter), 1);
        var recorder = new Recorder();
        var result = new Pretrainer(
            method,
            new ToySource(),
            [new(climber, LearningRate.Constant(0.5)), new(diver, LearningRate.Constant(0.25))],
            new PretrainerOptions { Steps = 3, ReportEvery = 3 },
            recorder).Run();
        method.Turns.Should().Equal((0, 0, 0), (1, 0, 1), (0, 1, 0), (1, 1, 1), (0, 2, 0), (1, 2, 1));
        method.Done.Should().Equal(0, 1, 0, 1, 0, 1);
        method.Up.item<float>().Should().Be(1.5f);
        method.Down.item<float>().Should().Be(-0.75f);
        result.History.Losses.Should().Equal(0, -0.5, -1);
        recorder.Reports.Should().ContainSingle().Which.Metrics["loss (down)"].Should().Be(-0.5);
        (recorder.Reports[0].LearningRate, recorder.Reports[0].Epoch).Should().Be((0.5, 0));
    }

    [Fact]
    public void Run_PlayersWithOtherUpdates_TakeThemOnTheSameBatchesUntilTheirLastStep()
    {
        using var scope = NewDisposeScope();
        using var method = new Duel();
        using var climber = optim.SGD(method.TrainedParameters(0).Select(entry => entry.Parameter), 1);
        using var diver = optim.SGD(method.TrainedParameters(1).Select(entry => entry.Parameter), 1);
        PlayerOptimizer[] players =
        [
            new(climber, LearningRate.Constant(1)) { UpdatesPerStep = 2 }, new(diver, LearningRate.Constant(1)) { UpdatesPerStep = 1, LastStep = 2 },
        ];
        var recorder = new Recorder();
        var options = new PretrainerOptions { Steps = 3, ReportEvery = 1, Accumulation = 2 };
        var result = new Pretrainer(method, new ToySource(), players, options, recorder).Run();
        method.Turns.Take(6).Should().Equal((0, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), (1, 0, 2), (1, 1, 2));
        method.Turns.Skip(12).Should().Equal((0, 4, 0), (0, 5, 0), (0, 4, 1), (0, 5, 1));
        method.Done.Should().Equal(0, 0, 1, 0, 0, 1, 0, 0);
        (method.Up.item<float>(), method.Down.item<float>()).Should().Be((6, -2));
        result.History.Losses.Should().Equal(-1, -3, -5);
        recorder.Reports.Select(one => one.Metrics["loss (down)"]).Should().Equal(0, -1, -1);
        FluentActions.Invoking(() => new Pretrainer(method, new ToySource(), [players[1], players[0]], options)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("*the first player, to the last step, but it is to end at step 2 of 3.*");
        FluentActions.Invoking(() => players[0] with { UpdatesPerStep = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => players[0] with { LastStep = -1 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Run_NoCheckpointFits_ThrowsRatherThanBeginsAnew()
    {
        var options = new PretrainerOptions { Steps = 4, CheckpointFolder = _folder, CheckpointEvery = 2 };
        using var first = new Toy();
        Run(first, options, LearningRate.Constant(0.1), adam: true);
        using var other = new OtherToy();
        using var optimizer = optim.SGD(other.parameters(), 0.1);
        var recorder = new Recorder();
        FluentActions.Invoking(() => new Pretrainer(other, new ToySource(), optimizer, LearningRate.Constant(0.1), options, recorder).Run())
            .Should().ThrowExactly<CheckpointException>().WithMessage("*has checkpoints, but none that can be used*");
        recorder.Events.Should().HaveCount(2).And.OnlyContain(one => one.Kind == TrainingEventKind.CheckpointRefused && one.Message.EndsWith("is of the method Toy, not OtherToy."));
    }

    [Fact]
    public void Run_LossNotFinite_NamesTheStepAndKeepsTheCheckpointBefore()
    {
        var options = new PretrainerOptions { Steps = 20, CheckpointFolder = _folder, CheckpointEvery = 4, ReportEvery = 10 };
        using var method = new Toy { Broken = 6 };
        var recorder = new Recorder();
        FluentActions.Invoking(() => Run(method, options, LearningRate.Constant(0.1), recorder)).Should().ThrowExactly<NonFiniteLossException>()
            .WithMessage("Expected the loss of the model to be finite, but at step 7 it is NaN. The last checkpoint is from before.").Which.Step.Should().Be(7);
        recorder.Events[^1].Kind.Should().Be(TrainingEventKind.NonFiniteLoss);
        new CheckpointFolder(_folder).Checkpoints().Select(one => one.Step).Should().Equal(4);
    }

    [Fact]
    public void Run_CollapsedEmbeddings_AreWarnedOfOnce()
    {
        using var method = new Toy { Collapsed = true };
        var recorder = new Recorder();
        Run(method, new PretrainerOptions { Steps = 6, ReportEvery = 2 }, LearningRate.Constant(0.1), recorder);
        recorder.Events.Where(one => one.Kind == TrainingEventKind.Collapsed).Should().ContainSingle().Which.Step.Should().Be(2);
        recorder.Reports.Should().OnlyContain(report => report.Health!.IsCollapsed);
    }

    [Fact]
    public void Run_MethodThrows_LeavesNoTensor()
    {
        using var method = new Toy { Failing = 2 };
        using var optimizer = optim.SGD(method.parameters(), 0.1);
        var pretrainer = new Pretrainer(method, new ToySource(), optimizer, LearningRate.Constant(0.1), new PretrainerOptions { Steps = 5 });
        LeakCheck.NothingLeft(() =>
        {
            pretrainer.Invoking(one => one.Run()).Should().ThrowExactly<InvalidOperationException>();
            method.zero_grad();
        });
    }

    [Fact]
    public void Run_Whole_LeavesNoTensor()
    {
        using var method = new Toy();
        using var optimizer = optim.SGD(method.parameters(), 0.1, momentum: 0.9);
        var pretrainer = new Pretrainer(
            method, new ToySource(), optimizer, LearningRate.Constant(0.1), new PretrainerOptions { Steps = 5, ReportEvery = 2, CheckpointFolder = _folder });
        pretrainer.Run();
        LeakCheck.NothingLeft(() =>
        {
            foreach (var file in Directory.GetFiles(_folder))
            {
                File.Delete(file);
            }

            pretrainer.Run();
            method.zero_grad();
        });
    }

    [Fact]
    public void Constructor_BadArguments_Throws()
    {
        using var method = new Toy();
        using var optimizer = optim.SGD(method.parameters(), 0.1);
        var options = new PretrainerOptions { Steps = 1 };
        FluentActions.Invoking(() => new Pretrainer(method, new ToySource(), [], options)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `optimizers` to be 1, one for each of model, but got 0.*");
        FluentActions.Invoking(() => new Pretrainer(method, new ToySource(), optimizer, LearningRate.Constant(1), options with { Steps = int.MaxValue, Accumulation = 2 }))
            .Should().ThrowExactly<ArgumentException>().WithParameterName("options");
        FluentActions.Invoking(() => options with { Steps = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => options with { Accumulation = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => options with { MaxGradientNorm = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => options with { ReportEvery = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => options with { CheckpointEvery = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => options with { KeepCheckpoints = 1 }).Should().Throw<ArgumentOutOfRangeException>();
        PretrainerOptions.StepsOf(epochs: 3, batchesPerEpoch: 10, accumulation: 4).Should().Be(7);
        PretrainerOptions.StepsOf(epochs: 1, batchesPerEpoch: 1, accumulation: 4).Should().Be(1);
    }

    private static TrainingResult Run(
        Toy method,
        PretrainerOptions options,
        Schedule schedule,
        Recorder? recorder = null,
        bool adam = false,
        CancellationTokenSource? stop = null,
        int stopAt = 0,
        double momentum = 0)
    {
        using OptimizerHelper optimizer = adam ? optim.Adam(method.parameters()) : optim.SGD(method.parameters(), 0.1, momentum);
        if (stop is not null)
        {
            // Asked while the step is under way, at the moment that its rate is asked for.
            var inner = schedule;
            schedule = step =>
            {
                if (step == stopAt - 1)
                {
                    stop.Cancel();
                }

                return inner(step);
            };
        }

        return new Pretrainer(method, new ToySource(), optimizer, schedule, options, recorder is null ? [] : [recorder]).Run(stop?.Token ?? default);
    }

    private sealed class OtherToy : Core.Methods.PretrainingMethod
    {
        private readonly Linear layer = nn.Linear(2, 3);

        public OtherToy()
            : base(nameof(OtherToy)) => RegisterComponents();

        public override nn.Module<Tensor, Tensor> Encoder => layer;

        public override Core.Methods.MethodOutput Compute(Core.Methods.PretrainingBatch batch, int player = 0) => throw new InvalidOperationException();
    }
}
