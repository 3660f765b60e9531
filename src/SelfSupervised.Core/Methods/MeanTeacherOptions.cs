using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Momentum;

namespace SelfSupervised.Core.Methods;

/// <summary>What <see cref="MeanTeacher"/> is set to.</summary>
public sealed record MeanTeacherOptions
{
    /// <summary>
    /// w, what the consistency is weighted by at the end, finite and at least 0. Default 100, as with CIFAR-10 in CuriousAI/mean-teacher,
    /// pytorch/experiments: the mean square over the classes is small.
    /// </summary>
    public double ConsistencyWeight
    {
        get;
        init
        {
            ViewGuard.AtLeastZero(value, nameof(ConsistencyWeight));
            field = value;
        }
    }
    = 100;

    /// <summary>T, the steps in which the weight grows to w and the teacher's momentum stays low, at least 0. Default 0.</summary>
    public int RampUpSteps
    {
        get;
        init
        {
            ModuleGuard.AtLeast(value, 0, nameof(RampUpSteps));
            field = value;
        }
    }

    /// <summary>α at each update of the teacher. Default: <see cref="MomentumSchedule.RampUp"/> over <see cref="RampUpSteps"/>.</summary>
    public Schedule? Momentum { get; init; }

    /// <summary>What becomes of the teacher's batch-norm statistics. Default: its own, as published.</summary>
    public BufferPolicy Buffers { get; init; }
}
