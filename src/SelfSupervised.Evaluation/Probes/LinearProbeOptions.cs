using SelfSupervised.Evaluation.Internal;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>How <see cref="LinearProbe"/> chooses and fits.</summary>
public sealed record LinearProbeOptions
{
    /// <summary>The penalties λ to choose from: at least one, each finite and above 0. Default: 1e-6, 1e-5, … 1e2.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of range.</exception>
    public IReadOnlyList<double> L2
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value, nameof(L2));
            if (value.Count == 0)
            {
                throw new ArgumentException("Expected `L2` to hold at least one penalty, but it is empty.", nameof(L2));
            }

            field = value.Select(l2 => Guard.Positive(l2, nameof(L2))).Distinct().Order().ToArray();
        }
    } = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 1e1, 1e2];

    /// <summary>The share of the training set that is held out to choose λ, above 0 and below 1. Default 0.2.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double HeldOutShare
    {
        get;
        init => field = value is > 0 and < 1
            ? value
            : throw new ArgumentOutOfRangeException(
                nameof(HeldOutShare), value, $"Expected `HeldOutShare` to be above 0 and below 1, but got {value}.");
    } = 0.2;

    /// <summary>Whether each feature is brought to mean 0 and deviation 1 of the rows that are fitted. Default yes.</summary>
    public bool Standardise { get; init; } = true;

    /// <summary>The gradient's length at which a fit stops, finite and above 0. Default 1e-5.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Tolerance { get; init => field = Guard.Positive(value, nameof(Tolerance)); } = 1e-5;

    /// <summary>The most steps of one fit, at least 1. Default 1000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is below 1.</exception>
    public int MaxIterations { get; init => field = Guard.AtLeast(value, 1, nameof(MaxIterations)); } = 1000;
}
