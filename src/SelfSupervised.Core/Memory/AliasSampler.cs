namespace SelfSupervised.Core.Memory;

/// <summary>Draws places by given weights, each in constant time, by the alias method.</summary>
/// <remarks>
/// A draw picks one of n columns, all alike, and then the column's own place or the one other place that shares the column. Walker, "An
/// Efficient Method for Generating Discrete Random Variables with General Distributions", 1977; built as in Vose, "A Linear Algorithm
/// for Generating Random Numbers with a Given Distribution", 1991.
/// </remarks>
public sealed class AliasSampler
{
    private readonly double[] _threshold;
    private readonly int[] _alias;
    private readonly double[] _probabilities;

    /// <summary>Builds the table, in time n.</summary>
    /// <param name="weights">At least one, finite and at least 0, not all of them 0; only their ratios count.</param>
    /// <exception cref="ArgumentException">There is no weight, one is negative or not finite, or they sum to 0 or to no finite number.</exception>
    /// <example><code>var sampler = new AliasSampler(counts.Select(count => Math.Pow(count, 0.75)).ToArray());</code></example>
    public AliasSampler(IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        var total = weights.Sum();
        if (weights.Any(weight => !(weight >= 0)) || !(total > 0 && double.IsFinite(total)))
        {
            throw new ArgumentException("Expected `weights` to be finite numbers of at least 0 with a finite sum above 0.", nameof(weights));
        }

        _probabilities = [.. weights.Select(weight => weight / total)];
        _threshold = [.. _probabilities.Select(probability => probability * weights.Count)];
        _alias = [.. Enumerable.Range(0, weights.Count)];
        Build();
    }

    /// <summary>n, the number of places.</summary>
    public int Count => _alias.Length;

    /// <summary>The probability of each place.</summary>
    public IReadOnlyList<double> Probabilities => _probabilities;

    /// <summary>Draws a place.</summary>
    /// <param name="random">Where it is drawn from; it moves on by two numbers, as a rule.</param>
    /// <returns>From 0 to n − 1.</returns>
    public int Draw(ref CounterRandom random)
    {
        var column = random.Below(_alias.Length);
        return random.NextDouble() < _threshold[column] ? column : _alias[column];
    }

    // Columns that are too low are filled up from those that are too high.
    private void Build()
    {
        var low = new Stack<int>(Enumerable.Range(0, Count).Where(place => _threshold[place] < 1));
        var high = new Stack<int>(Enumerable.Range(0, Count).Where(place => _threshold[place] >= 1));
        while (low.Count > 0 && high.Count > 0)
        {
            var (filled, giver) = (low.Pop(), high.Peek());
            _alias[filled] = giver;
            _threshold[giver] -= 1 - _threshold[filled];
            if (_threshold[giver] < 1)
            {
                low.Push(high.Pop());
            }
        }

        // What is left is full but for rounding.
        foreach (var place in low.Concat(high))
        {
            _threshold[place] = 1;
        }
    }
}
