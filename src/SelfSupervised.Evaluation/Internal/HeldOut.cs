using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>A part of the training set that is held out to choose by, class by class.</summary>
internal static class HeldOut
{
    /// <summary>
    /// Of the n examples of each class the first ⌊share·n + ½⌋ of a random order, but never all. Both parts are in the set's order.
    /// </summary>
    public static (long[] Fit, long[] Held) Split(ReadOnlySpan<long> labels, int classes, double share, long seed)
    {
        var quota = new int[classes];
        foreach (var label in labels)
        {
            quota[label]++;
        }

        for (var c = 0; c < classes; c++)
        {
            quota[c] = Math.Min((int)Math.Floor((share * quota[c]) + 0.5), Math.Max(0, quota[c] - 1));
        }

        var random = new CounterRandom(seed, RandomPurpose.HeldOut, stream: 0);
        var isHeld = new bool[labels.Length];
        foreach (var index in random.Permutation(labels.Length))
        {
            isHeld[index] = quota[labels[index]]-- > 0;
        }

        var all = Enumerable.Range(0, labels.Length);
        return (all.Where(i => !isHeld[i]).Select(i => (long)i).ToArray(), all.Where(i => isHeld[i]).Select(i => (long)i).ToArray());
    }
}
