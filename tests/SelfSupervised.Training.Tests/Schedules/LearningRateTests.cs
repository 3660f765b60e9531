using SelfSupervised.Core;

namespace SelfSupervised.Training.Tests.Schedules;

public sealed class LearningRateTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 2.4)]
    [InlineData(9, 4.32)]
    [InlineData(10, 4.8)]
    [InlineData(35, 4.0970563)]
    [InlineData(60, 2.4)]
    [InlineData(85, 0.7029437)]
    [InlineData(109, 0.00118426)]
    [InlineData(110, 0)]
    [InlineData(1_000_000_000_000, 0)]
    public void WarmupCosine_Table_HasKnownRates(long step, double expected) =>
        LearningRate.WarmupCosine(4.8, warmupSteps: 10, steps: 110)(step).Should().BeApproximately(expected, 5e-8);

    [Fact]
    public void WarmupCosine_EveryStep_FollowsTheFormula()
    {
        foreach (var (warmup, steps) in ((long, long)[])[(0, 1), (0, 50), (1, 2), (7, 40), (49, 50)])
        {
            var schedule = LearningRate.WarmupCosine(0.3, warmup, steps);
            for (var t = 0L; t < steps; t++)
            {
                var expected = t < warmup
                    ? 0.3 * t / warmup
                    : 0.3 * (1 + Math.Cos(Math.PI * (t - warmup) / (steps - warmup))) / 2;
                schedule(t).Should().BeApproximately(expected, 1e-15);
            }

            schedule(steps).Should().Be(0);
        }
    }

    [Fact]
    public void WarmupCosine_NoWarmup_StartsAtThePeak() => LearningRate.WarmupCosine(4.8, warmupSteps: 0, steps: 100)(0).Should().Be(4.8);

    [Fact]
    public void WarmupCosine_CountedInImages_RoundsDownAsSimClr()
    {
        // 10·50000/512 = 976.56, and 100·50000/512 = 9765.6.
        var counted = LearningRate.WarmupCosine(1, images: 50_000, batchSize: 512, epochs: 100, warmupEpochs: 10);
        var given = LearningRate.WarmupCosine(1, warmupSteps: 976, steps: 9766);
        foreach (var step in (long[])[0, 1, 975, 976, 977, 5000, 9765, 9766])
        {
            counted(step).Should().Be(given(step));
        }

        counted(976).Should().Be(1);
        counted(9765).Should().BeGreaterThan(0);
        counted(9766).Should().Be(0);
    }

    [Fact]
    public void WarmupCosine_WarmupOfTheWholeRun_ReachesThePeakAndEnds()
    {
        var schedule = LearningRate.WarmupCosine(1, images: 100, batchSize: 10, epochs: 3, warmupEpochs: 3);
        (schedule(15), schedule(30), schedule(31)).Should().Be((0.5, 1, 0));
    }

    [Theory]
    [InlineData(0, 0.03)]
    [InlineData(50, 0.0256066017)]
    [InlineData(100, 0.015)]
    [InlineData(199, 0.0000018505128)]
    [InlineData(200, 0)]
    [InlineData(201, 0)]
    public void Cosine_Table_HasKnownRates(long epoch, double expected) =>
        LearningRate.Cosine(0.03, steps: 200)(epoch).Should().BeApproximately(expected, 5e-11);

    [Theory]
    [InlineData(0, 0.03)]
    [InlineData(119, 0.03)]
    [InlineData(120, 0.003)]
    [InlineData(159, 0.003)]
    [InlineData(160, 0.0003)]
    [InlineData(10_000, 0.0003)]
    public void MultiStep_Table_HasKnownRates(long epoch, double expected) =>
        LearningRate.MultiStep(0.03, factor: 0.1, 120, 160)(epoch).Should().BeApproximately(expected, 1e-15);

    [Fact]
    public void MultiStep_MilestonesChangedAfterwards_AreACopy()
    {
        long[] milestones = [5];
        var schedule = LearningRate.MultiStep(1, 0.5, milestones);
        milestones[0] = 1;
        (schedule(4), schedule(5)).Should().Be((1, 0.5));
    }

    [Fact]
    public void MultiStep_NoMilestones_IsConstant() => LearningRate.MultiStep(0.5, factor: 0.1)(1000).Should().Be(0.5);

    [Fact]
    public void Constant_EveryStep_IsTheRate() =>
        (LearningRate.Constant(0.1)(0), LearningRate.Constant(0.1)(long.MaxValue)).Should().Be((0.1, 0.1));

    [Fact]
    public void EverySchedule_StepBelowZero_Throws()
    {
        Schedule[] all =
        [
            LearningRate.Constant(1), LearningRate.Cosine(1, 10), LearningRate.MultiStep(1, 0.1, 5), LearningRate.WarmupCosine(1, 2, 10),
            LearningRate.Constant(1).AfterWarmup(0), LearningRate.Constant(1).PerEpoch(3),
        ];
        foreach (var schedule in all)
        {
            FluentActions.Invoking(() => schedule(-1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("step")
                .WithMessage("Expected `step` to be at least 0, but got -1.*");
        }
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void EverySchedule_RateOutOfRange_Throws(double rate)
    {
        Rejected(() => LearningRate.Constant(rate), "rate");
        Rejected(() => LearningRate.Cosine(rate, 10), "peak");
        Rejected(() => LearningRate.MultiStep(rate, 0.1, 5), "rate");
        Rejected(() => LearningRate.WarmupCosine(rate, 2, 10), "peak");
        Rejected(() => LearningRate.MultiStep(1, rate, 5), "factor");
    }

    [Fact]
    public void EverySchedule_CountOutOfRange_Throws()
    {
        Rejected(() => LearningRate.Cosine(1, 0), "steps");
        Rejected(() => LearningRate.MultiStep(1, 0, 5), "factor");
        Rejected(() => LearningRate.MultiStep(1, 0.1, -5), "milestones");
        Rejected(() => LearningRate.WarmupCosine(1, -1, 10), "warmupSteps");
        Rejected(() => LearningRate.WarmupCosine(1, 10, 10), "steps");
        Rejected(() => LearningRate.WarmupCosine(1, 0, 10, 10, 1), "images");
        Rejected(() => LearningRate.WarmupCosine(1, 10, 0, 10, 1), "batchSize");
        Rejected(() => LearningRate.WarmupCosine(1, 10, 10, 0, 0), "epochs");
        Rejected(() => LearningRate.WarmupCosine(1, 10, 10, 1, 2), "epochs");
        Rejected(() => LearningRate.WarmupCosine(1, 10, 10, 1, -1), "warmupEpochs");
        FluentActions.Invoking(() => LearningRate.MultiStep(1, 0.1, 5, 5)).Should().Throw<ArgumentException>()
            .WithMessage("Expected `milestones` to increase, but 5 follows 5.*");
    }

    private static void Rejected(Action action, string name) =>
        FluentActions.Invoking(action).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);
}
