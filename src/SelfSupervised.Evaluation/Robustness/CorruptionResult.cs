namespace SelfSupervised.Evaluation.Robustness;

/// <summary>What <see cref="CorruptionEvaluation"/> found, and the means that are reported of it.</summary>
public sealed class CorruptionResult
{
    internal CorruptionResult(Accuracy clean, IReadOnlyList<CorruptionAccuracy> all, CorruptionSuite suite, long count) =>
        (Clean, All, Suite, Count) = (clean, all, suite, count);

    /// <summary>On the images as they are.</summary>
    public Accuracy Clean { get; }

    /// <summary>Each corrupted set, corruption by corruption, in ascending severity.</summary>
    public IReadOnlyList<CorruptionAccuracy> All { get; }

    /// <summary>Constants, seed, and whether frost was procedural.</summary>
    public CorruptionSuite Suite { get; }

    /// <summary>N, the number of images in each set.</summary>
    public long Count { get; }

    /// <summary>The corruptions that were measured, in order.</summary>
    public IReadOnlyList<Corruption> Measured => [.. All.Select(one => one.Corruption).Distinct()];

    /// <summary>The severities that were measured, ascending.</summary>
    public IReadOnlyList<int> Severities => [.. All.Select(one => one.Severity).Distinct()];

    /// <summary>
    /// The mean over the measured ones of the fifteen common corruptions and over severities: as published if all were measured. The extra ones don't count.
    /// </summary>
    /// <exception cref="InvalidOperationException">None was measured.</exception>
    public double MeanAccuracy => Mean(one => Corruptions.Common.Contains(one.Corruption), "common corruptions");

    /// <summary>The accuracy under one corruption and severity.</summary>
    /// <param name="corruption">The corruption.</param>
    /// <param name="severity">The severity.</param>
    /// <returns>The accuracy.</returns>
    /// <exception cref="InvalidOperationException">It was not measured.</exception>
    public Accuracy At(Corruption corruption, int severity) =>
        All.FirstOrDefault(one => one.Corruption == corruption && one.Severity == severity)?.Accuracy
        ?? throw new InvalidOperationException($"Expected {corruption} of severity {severity} to have been measured, but it was not.");

    /// <summary>The mean over a corruption's severities.</summary>
    /// <param name="corruption">The corruption.</param>
    /// <param name="leastSeverity">The first severity that counts. Default: all.</param>
    /// <returns>In [0, 1].</returns>
    /// <exception cref="InvalidOperationException">Nothing of it was measured.</exception>
    public double Mean(Corruption corruption, int leastSeverity = 1) =>
        Mean(one => one.Corruption == corruption && one.Severity >= leastSeverity, $"{corruption} of severity {leastSeverity} and up");

    /// <summary>The mean over a group's corruptions and severities.</summary>
    /// <param name="group">The group.</param>
    /// <param name="leastSeverity">The first severity that counts; LooC looks at 3 and up in particular. Default: all.</param>
    /// <returns>In [0, 1].</returns>
    /// <exception cref="InvalidOperationException">Nothing of it was measured.</exception>
    public double Mean(CorruptionGroup group, int leastSeverity = 1) =>
        Mean(one => Corruptions.GroupOf(one.Corruption) == group && one.Severity >= leastSeverity, $"{group} of severity {leastSeverity} and up");

    /// <summary>The mean over the common corruptions of one severity.</summary>
    /// <param name="severity">The severity.</param>
    /// <returns>In [0, 1].</returns>
    /// <exception cref="InvalidOperationException">Nothing of it was measured.</exception>
    public double MeanOfSeverity(int severity) =>
        Mean(one => Corruptions.Common.Contains(one.Corruption) && one.Severity == severity, $"severity {severity}");

    /// <summary>CE = 100·Σ_s E_s / Σ_s E_s of the baseline, E the error and s the severities 1 to 5; or, relative, of what errors exceed the clean ones by.</summary>
    /// <param name="corruption">The corruption.</param>
    /// <param name="baseline">The reference.</param>
    /// <param name="relative">Whether the clean error is taken off both first. Default no.</param>
    /// <returns>In per cent: 100 for the reference itself; NaN or infinite where the baseline's sum is 0.</returns>
    /// <exception cref="InvalidOperationException">Not all five severities were measured, or the baseline lacks the corruption.</exception>
    public double CorruptionError(Corruption corruption, CorruptionBaseline baseline, bool relative = false)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        var error = 1 - Corruptions.Severities.Average(severity => At(corruption, severity).Value);
        var (own, other) = relative ? (1 - Clean.Value, baseline.Clean) : (0, 0);
        return 100 * (error - own) / (baseline.Error(corruption) - other);
    }

    /// <summary>mCE: the mean of <see cref="CorruptionError"/> over the fifteen common corruptions.</summary>
    /// <param name="baseline">The reference.</param>
    /// <param name="relative">Whether the clean error is taken off both first: relative mCE. Default no.</param>
    /// <returns>In per cent.</returns>
    /// <exception cref="InvalidOperationException">Not all of them were measured in all severities, or the baseline lacks one.</exception>
    public double MeanCorruptionError(CorruptionBaseline baseline, bool relative = false) =>
        Corruptions.Common.Average(corruption => CorruptionError(corruption, baseline, relative));

    /// <summary>This classifier as a reference for others.</summary>
    /// <param name="name">What a report calls it.</param>
    /// <returns>Its errors under the corruptions that were measured.</returns>
    /// <exception cref="InvalidOperationException">Not all five severities were measured.</exception>
    public CorruptionBaseline AsBaseline(string name) => new(name, 1 - Clean.Value, Measured.ToDictionary(
        corruption => corruption, corruption => 1 - Corruptions.Severities.Average(severity => At(corruption, severity).Value)));

    private double Mean(Func<CorruptionAccuracy, bool> chosen, string what)
    {
        var values = All.Where(chosen).Select(one => one.Accuracy.Value).ToArray();
        return values.Length > 0 ? values.Average() : throw new InvalidOperationException($"Expected {what} to have been measured, but nothing was.");
    }
}
