using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>A random order: Fisher–Yates (Durstenfeld, 1964).</summary>
internal static class Shuffle
{
    public static int[] Order(int count, ref CounterRandom random)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var j = random.Below(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
