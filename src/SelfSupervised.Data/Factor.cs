using System.Globalization;
using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data;

/// <summary>Something discrete that is known of every image of a set: its class, or a factor that it was made from.</summary>
public sealed class Factor
{
    private readonly int[] _values;

    /// <summary>Creates a factor whose values have no names but their numbers.</summary>
    /// <param name="name">What it is: "class", "orientation". Not empty.</param>
    /// <param name="values">One value per image, from 0 to <paramref name="cardinality"/>−1. They are copied.</param>
    /// <param name="cardinality">How many values there can be, at least 1.</param>
    /// <exception cref="ArgumentException">The name is empty, or a value is out of range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The cardinality is below 1.</exception>
    public Factor(string name, ReadOnlySpan<int> values, int cardinality)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Guard.AtLeast(cardinality, 1, nameof(cardinality));
        var wrong = values.IndexOfAnyExceptInRange(0, cardinality - 1);
        if (wrong >= 0)
        {
            throw new ArgumentException(
                $"Expected `values` to be from 0 to {cardinality - 1}, but number {wrong} is {values[wrong]}.", nameof(values));
        }

        (Name, Cardinality, _values) = (name, cardinality, values.ToArray());
    }

    /// <summary>Creates a factor whose values have names.</summary>
    /// <param name="name">What it is: "class", "shape". Not empty.</param>
    /// <param name="values">One value per image, each an index into <paramref name="valueNames"/>. They are copied.</param>
    /// <param name="valueNames">The names of the values, at least one.</param>
    /// <exception cref="ArgumentException">The name is empty, or a value has no name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no value name.</exception>
    public Factor(string name, ReadOnlySpan<int> values, IReadOnlyList<string> valueNames)
        : this(name, values, Count(valueNames)) => ValueNames = [.. valueNames];

    /// <summary>What it is.</summary>
    public string Name { get; }

    /// <summary>How many values there can be; not all need occur.</summary>
    public int Cardinality { get; }

    /// <summary>The value of each image, in the set's order, from 0 to <see cref="Cardinality"/>−1.</summary>
    public ReadOnlySpan<int> Values => _values;

    /// <summary>The values' names, as many as <see cref="Cardinality"/>, or null if they have none.</summary>
    public IReadOnlyList<string>? ValueNames { get; }

    /// <summary>A value's name, or its number if it has none.</summary>
    /// <param name="value">From 0 to <see cref="Cardinality"/>−1.</param>
    /// <returns>The name.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such value.</exception>
    public string NameOf(int value)
    {
        Guard.Index(value, Cardinality, nameof(value));
        return ValueNames?[value] ?? value.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The values of some images.</summary>
    /// <param name="indices">The images, each from 0 to the set's count − 1.</param>
    /// <returns>One value per index. <c>torch.tensor(values, dtype: torch.int64)</c> makes a target of them.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is out of range.</exception>
    public int[] At(ReadOnlySpan<int> indices)
    {
        var values = new int[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            Guard.Index(indices[i], _values.Length, nameof(indices));
            values[i] = _values[indices[i]];
        }

        return values;
    }

    private static int Count(IReadOnlyList<string> valueNames)
    {
        ArgumentNullException.ThrowIfNull(valueNames);
        Guard.AtLeast(valueNames.Count, 1, nameof(valueNames));
        return valueNames.Count;
    }
}
