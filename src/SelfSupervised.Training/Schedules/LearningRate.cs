using SelfSupervised.Core;
using SelfSupervised.Training.Internal;

namespace SelfSupervised.Training.Schedules;

/// <summary>Learning-rate schedules, each a pure function of the step.</summary>
/// <remarks>
/// All of them throw <see cref="ArgumentOutOfRangeException"/> for a step below 0. Which unit a "step" is, the caller
/// decides: <see cref="ScheduleExtensions.PerEpoch"/> makes a schedule over epochs one over optimiser steps.
/// </remarks>
public static class LearningRate
{
    /// <summary>The same rate at every step.</summary>
    /// <param name="rate">γ, finite and at least 0.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of range.</exception>
    public static Schedule Constant(double rate)
    {
        Guard.AtLeastZero(rate, nameof(rate));
        return step =>
        {
            Guard.AtLeast(0, step, nameof(step));
            return rate;
        };
    }

    /// <summary>Half a cosine from the peak down to 0, without restart.</summary>
    /// <remarks>
    /// <code>γ·½·(1 + cos(π·t/T)) for t &lt; T, 0 from T on</code>
    /// <para>
    /// With T epochs and <see cref="ScheduleExtensions.PerEpoch"/> it is MoCo v2's: updated once per epoch, no warm-up
    /// (Chen et al., 2020, arXiv:2003.04297; facebookresearch/moco, <c>main_moco.py</c>). The cosine itself is Loshchilov
    /// and Hutter's (2016, arXiv:1608.03983).
    /// </para>
    /// </remarks>
    /// <param name="peak">γ, the rate at step 0; finite and at least 0.</param>
    /// <param name="steps">T, the step at which the rate has become 0; at least 1.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    /// <example><code>var mocoV2 = LearningRate.Cosine(0.03, steps: 200).PerEpoch(stepsPerEpoch: 5004);</code></example>
    public static Schedule Cosine(double peak, long steps)
    {
        Guard.AtLeastZero(peak, nameof(peak));
        Guard.AtLeast(1, steps, nameof(steps));
        return step => Guard.AtLeast(0, step, nameof(step)) < steps ? peak * 0.5 * (1 + Math.Cos(Math.PI * step / steps)) : 0;
    }

    /// <summary>A rate that is multiplied by a factor at each milestone.</summary>
    /// <remarks>
    /// <code>γ·κ^(number of milestones ≤ t)</code>
    /// <para>MoCo v1 on ImageNet: 0.03, 0.1 and the epochs 120 and 160 (He et al., 2019, arXiv:1911.05722).</para>
    /// </remarks>
    /// <param name="rate">γ, the rate before the first milestone; finite and at least 0.</param>
    /// <param name="factor">κ, finite and above 0.</param>
    /// <param name="milestones">The steps from which the rate is multiplied once more: at least 0, each above the one before. None: a constant rate.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ArgumentException">The milestones do not increase.</exception>
    /// <example><code>var mocoV1 = LearningRate.MultiStep(0.03, factor: 0.1, 120, 160).PerEpoch(stepsPerEpoch: 5004);</code></example>
    public static Schedule MultiStep(double rate, double factor, params ReadOnlySpan<long> milestones)
    {
        Guard.AtLeastZero(rate, nameof(rate));
        Guard.Positive(factor, nameof(factor));
        var ordered = milestones.ToArray();
        for (var i = 0; i < ordered.Length; i++)
        {
            Guard.AtLeast(0, ordered[i], nameof(milestones));
            if (i > 0 && ordered[i] <= ordered[i - 1])
            {
                throw new ArgumentException(
                    $"Expected `milestones` to increase, but {ordered[i]} follows {ordered[i - 1]}.", nameof(milestones));
            }
        }

        return step =>
        {
            Guard.AtLeast(0, step, nameof(step));
            return rate * Math.Pow(factor, ordered.Count(milestone => milestone <= step));
        };
    }

    /// <summary>SimCLR's schedule: a linear warm-up from 0, then half a cosine down to 0.</summary>
    /// <remarks>
    /// <code>γ·t/W for t &lt; W, γ·½·(1 + cos(π·(t − W)/(T − W))) for t &lt; T, 0 from T on</code>
    /// <para>Chen et al., 2020, arXiv:2002.05709; google-research/simclr, <c>model_util.py</c>.</para>
    /// </remarks>
    /// <param name="peak">γ, the rate at step W; finite and at least 0.</param>
    /// <param name="warmupSteps">W, at least 0 and below <paramref name="steps"/>. 0 starts at the peak.</param>
    /// <param name="steps">T, the step at which the rate has become 0.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static Schedule WarmupCosine(double peak, long warmupSteps, long steps)
    {
        Guard.AtLeast(0, warmupSteps, nameof(warmupSteps));
        Guard.AtLeast(warmupSteps + 1, steps, nameof(steps));
        return Cosine(peak, steps - warmupSteps).AfterWarmup(warmupSteps);
    }

    /// <summary>SimCLR's schedule, with the steps counted as its released code counts them.</summary>
    /// <remarks>
    /// <code>W = ⌊warmupEpochs·n/B⌋, T = ⌊n·epochs/B⌋ + 1</code>
    /// <para>Both round down once, at the end: CIFAR-10 at B = 512 warms up for 976 steps. Otherwise as the other overload.</para>
    /// </remarks>
    /// <param name="peak">γ, the rate after the warm-up; finite and at least 0.</param>
    /// <param name="images">n, the images of the training set; at least 1.</param>
    /// <param name="batchSize">B, the images of a batch; at least 1.</param>
    /// <param name="epochs">The epochs of the run, warm-up included; at least 1.</param>
    /// <param name="warmupEpochs">The epochs of the warm-up, at least 0 and at most <paramref name="epochs"/>. SimCLR: 10.</param>
    /// <returns>The schedule.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public static Schedule WarmupCosine(double peak, long images, long batchSize, long epochs, long warmupEpochs)
    {
        Guard.AtLeast(1, images, nameof(images));
        Guard.AtLeast(1, batchSize, nameof(batchSize));
        Guard.AtLeast(0, warmupEpochs, nameof(warmupEpochs));
        Guard.AtLeast(Math.Max(1, warmupEpochs), epochs, nameof(epochs));
        return WarmupCosine(peak, checked(warmupEpochs * images) / batchSize, (checked(images * epochs) / batchSize) + 1);
    }
}
