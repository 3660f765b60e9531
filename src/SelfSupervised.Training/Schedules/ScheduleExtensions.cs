using SelfSupervised.Core;
using SelfSupervised.Training.Internal;

namespace SelfSupervised.Training.Schedules;

/// <summary>Schedules made of schedules.</summary>
public static class ScheduleExtensions
{
    /// <summary>Grows linearly from 0 to the schedule's first value, and then runs the schedule.</summary>
    /// <remarks><code>s(0)·t/W for t &lt; W, s(t − W) from W on</code></remarks>
    /// <param name="schedule">s, what follows the warm-up; its own step 0 is step W.</param>
    /// <param name="steps">W, at least 0; 0 leaves the schedule as it is.</param>
    /// <returns>The schedule with its warm-up. It throws <see cref="ArgumentOutOfRangeException"/> for a step below 0.</returns>
    /// <exception cref="ArgumentNullException">The schedule is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of steps is below 0.</exception>
    /// <example><code>var rate = LearningRate.MultiStep(0.1, factor: 0.1, 30, 60).PerEpoch(196).AfterWarmup(steps: 980);</code></example>
    public static Schedule AfterWarmup(this Schedule schedule, long steps)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Guard.AtLeast(0, steps, nameof(steps));
        return step => Guard.AtLeast(0, step, nameof(step)) < steps ? schedule(0) * step / steps : schedule(step - steps);
    }

    /// <summary>Makes a schedule over epochs one over steps: the value changes once per epoch.</summary>
    /// <remarks><code>s(⌊t/E⌋)</code></remarks>
    /// <param name="schedule">s, a function of the epoch, the first being 0.</param>
    /// <param name="stepsPerEpoch">E, at least 1.</param>
    /// <returns>A function of the step. It throws <see cref="ArgumentOutOfRangeException"/> for a step below 0.</returns>
    /// <exception cref="ArgumentNullException">The schedule is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one step per epoch.</exception>
    public static Schedule PerEpoch(this Schedule schedule, long stepsPerEpoch)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        Guard.AtLeast(1, stepsPerEpoch, nameof(stepsPerEpoch));
        return step => schedule(Guard.AtLeast(0, step, nameof(step)) / stepsPerEpoch);
    }
}
