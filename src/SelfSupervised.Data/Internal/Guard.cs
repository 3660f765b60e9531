namespace SelfSupervised.Data.Internal;

/// <summary>The checks at the door of the public API: one message per mistake, with the argument's name and what it was.</summary>
internal static class Guard
{
    public static void AtLeast(int value, int minimum, string name)
    {
        if (value < minimum)
        {
            throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be at least {minimum}, but got {value}.");
        }
    }

    /// <summary>An index into something that has that many elements.</summary>
    public static void Index(int value, int count, string name)
    {
        if (value < 0 || value >= count)
        {
            throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be from 0 to {count - 1}, but got {value}.");
        }
    }

    public static void Length(int length, int expected, string name)
    {
        if (length != expected)
        {
            throw new ArgumentException($"Expected `{name}` to hold {expected} elements, but it holds {length}.", name);
        }
    }
}
