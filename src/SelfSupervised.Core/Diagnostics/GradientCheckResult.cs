using System.Globalization;

namespace SelfSupervised.Core.Diagnostics;

/// <summary>What <see cref="GradientCheck"/> found; the worst element is the one that is furthest beyond its tolerance.</summary>
public sealed record GradientCheckResult
{
    /// <summary>Whether |autograd − numeric| ≤ atol + rtol·|numeric| at every element of every checked input.</summary>
    public required bool Passed { get; init; }

    /// <summary>The largest |autograd − numeric| of all elements; NaN if any is.</summary>
    public required double MaxAbsoluteError { get; init; }

    /// <summary>The largest |autograd − numeric| / max(|autograd|, |numeric|) of all elements, 0 where both are 0; NaN if any is.</summary>
    public required double MaxRelativeError { get; init; }

    /// <summary>The number of derivatives that were compared.</summary>
    public required long Count { get; init; }

    /// <summary>The position in the list of inputs of the worst element's tensor.</summary>
    public required int WorstInput { get; init; }

    /// <summary>The worst element's index in that tensor.</summary>
    public required IReadOnlyList<long> WorstIndex { get; init; }

    /// <summary>The worst element's derivative by autograd.</summary>
    public required double WorstAutograd { get; init; }

    /// <summary>The worst element's derivative by central differences.</summary>
    public required double WorstNumeric { get; init; }

    /// <summary>Throws if the gradients disagree.</summary>
    /// <exception cref="InvalidOperationException">They do; the message names the worst element.</exception>
    public void ThrowIfWrong()
    {
        if (!Passed)
        {
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"Autograd disagrees with finite differences, most of all for input {WorstInput} at [{string.Join(", ", WorstIndex)}]: expected {WorstNumeric:G9} like the central difference, but autograd gives {WorstAutograd:G9} (over {Count} derivatives the largest error is {MaxAbsoluteError:G3} absolute, {MaxRelativeError:G3} relative)."));
        }
    }
}
