using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Internal;

/// <summary>Labels that come from a file, so that what is wrong with them is the file's mistake.</summary>
internal static class FileLabels
{
    /// <summary>The classes of a set. Without names there are as many as the largest label asks for.</summary>
    /// <param name="file">The file, for the message.</param>
    /// <param name="labels">The labels, counted from 0.</param>
    /// <param name="classNames">The classes' names, or null.</param>
    public static Factor Classes(string file, ReadOnlySpan<int> labels, IReadOnlyList<string>? classNames)
    {
        var largest = 0;
        foreach (var label in labels)
        {
            largest = Math.Max(largest, label);
        }

        Check(file, labels, classNames?.Count ?? largest + 1L);
        return classNames is null ? new Factor("class", labels, largest + 1) : new Factor("class", labels, classNames);
    }

    /// <summary>Makes sure that every label is a class.</summary>
    /// <param name="file">The file, for the message.</param>
    /// <param name="labels">The labels, counted from 0.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="first">What the file calls class 0.</param>
    public static void Check(string file, ReadOnlySpan<int> labels, long classes, int first = 0)
    {
        for (var i = 0; i < labels.Length; i++)
        {
            if (labels[i] < 0 || labels[i] >= Math.Min(classes, int.MaxValue))
            {
                throw new DataFileException(
                    file, $"hold labels from {first} to {Math.Min(classes, int.MaxValue) - 1 + first}", $"says {labels[i] + (long)first} for image {i}");
            }
        }
    }
}
