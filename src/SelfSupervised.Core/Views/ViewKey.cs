using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Views;

/// <summary>What a draw is counted by, besides an image's index: seed, step and view.</summary>
/// <remarks>
/// An image's draw is a function of these, its index and the operator's place in the pipeline. It is the same in a batch of
/// any size, in any order, on any device, and after an interruption.
/// </remarks>
public readonly record struct ViewKey
{
    /// <summary>Creates a key.</summary>
    /// <param name="seed">The run's seed; any.</param>
    /// <param name="step">The epoch or the step, at least 0: whatever changes between two draws for the same image.</param>
    /// <param name="view">Which view of the image, from 0 (default) to 2²³ − 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step or the view is out of range.</exception>
    public ViewKey(long seed, int step, int view = 0)
    {
        ModuleGuard.AtLeast(step, 0, nameof(step));
        if (view is < 0 or >= 1 << 23)
        {
            throw new ArgumentOutOfRangeException(nameof(view), view, $"Expected `view` to be from 0 to {(1 << 23) - 1}, but got {view}.");
        }

        (Seed, Step, View) = (seed, step, view);
    }

    /// <summary>The run's seed.</summary>
    public long Seed { get; }

    /// <summary>The epoch or the step.</summary>
    public int Step { get; }

    /// <summary>Which view of the image.</summary>
    public int View { get; }
}
