using SelfSupervised.Evaluation.Internal;

namespace SelfSupervised.Evaluation.Robustness;

/// <summary>The errors of a reference classifier, by which corruption errors are divided.</summary>
public sealed class CorruptionBaseline
{
    private readonly Dictionary<Corruption, double> _errors;

    /// <summary>Takes known errors.</summary>
    /// <param name="name">What a report calls the reference.</param>
    /// <param name="clean">Its error on clean images, in [0, 1].</param>
    /// <param name="errors">Its mean error over the five severities by corruption, in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">An error is not in [0, 1].</exception>
    public CorruptionBaseline(string name, double clean, IReadOnlyDictionary<Corruption, double> errors)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(errors);
        (Name, Clean, _errors) = (name, Share(clean, nameof(clean)), errors.ToDictionary(pair => pair.Key, pair => Share(pair.Value, nameof(errors))));
    }

    /// <summary>AlexNet on ImageNet and ImageNet-C, as published: clean 43.5 %. For ImageNet's 1000 classes only. Hendrycks and Dietterich, 2019 (arXiv:1903.12261).</summary>
    public static CorruptionBaseline AlexNet { get; } = new("AlexNet", 0.435, Corruptions.Common.Zip(
        [0.886, 0.894, 0.923, 0.820, 0.826, 0.786, 0.798, 0.867, 0.827, 0.819, 0.565, 0.853, 0.646, 0.718, 0.607]).ToDictionary());

    /// <summary>What a report calls the reference.</summary>
    public string Name { get; }

    /// <summary>Its error on clean images.</summary>
    public double Clean { get; }

    /// <summary>Its mean error over the five severities of a corruption.</summary>
    /// <param name="corruption">The corruption.</param>
    /// <returns>In [0, 1].</returns>
    /// <exception cref="InvalidOperationException">It is not known.</exception>
    public double Error(Corruption corruption) => _errors.TryGetValue(Guard.Defined(corruption, nameof(corruption)), out var error)
        ? error
        : throw new InvalidOperationException($"Expected the baseline {Name} to know its error under {corruption}, but it doesn't.");

    private static double Share(double value, string name) => value is >= 0 and <= 1
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be from 0 to 1, but got {value}.");
}
