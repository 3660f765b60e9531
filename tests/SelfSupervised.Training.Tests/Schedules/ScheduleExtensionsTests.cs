using SelfSupervised.Core;
namespace SelfSupervised.Training.Tests.Schedules;

public sealed class ScheduleExtensionsTests
{
    [Fact]
    public void AfterWarmup_AnySchedule_GrowsToItsFirstValueAndThenRunsIt()
    {
        Schedule inner = step => 2 + step;
        var schedule = inner.AfterWarmup(steps: 4);
        Enumerable.Range(0, 7).Select(step => schedule(step)).Should().Equal(0, 0.5, 1, 1.5, 2, 3, 4);
    }

    [Fact]
    public void AfterWarmup_ZeroSteps_LeavesTheSchedule()
    {
        var schedule = LearningRate.MultiStep(1, 0.5, 1).AfterWarmup(steps: 0);
        (schedule(0), schedule(1)).Should().Be((1, 0.5));
    }

    [Fact]
    public void PerEpoch_AnySchedule_ChangesOncePerEpoch()
    {
        Schedule inner = epoch => epoch;
        var schedule = inner.PerEpoch(stepsPerEpoch: 3);
        Enumerable.Range(0, 7).Select(step => schedule(step)).Should().Equal(0, 0, 0, 1, 1, 1, 2);
    }

    [Fact]
    public void PerEpoch_WithWarmup_Compose()
    {
        var schedule = LearningRate.MultiStep(1, 0.1, 1).PerEpoch(stepsPerEpoch: 2).AfterWarmup(steps: 2);
        Enumerable.Range(0, 5).Select(step => schedule(step)).Should().Equal(0, 0.5, 1, 1, 0.1);
    }

    [Fact]
    public void Extensions_BadArguments_Throw()
    {
        var schedule = LearningRate.Constant(1);
        FluentActions.Invoking(() => schedule.AfterWarmup(-1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("steps");
        FluentActions.Invoking(() => schedule.PerEpoch(0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("stepsPerEpoch");
        FluentActions.Invoking(() => ((Schedule)null!).AfterWarmup(1)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => ((Schedule)null!).PerEpoch(1)).Should().Throw<ArgumentNullException>();
    }
}
