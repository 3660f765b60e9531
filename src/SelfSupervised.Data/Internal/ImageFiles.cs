using System.Runtime.ExceptionServices;
using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Internal;

/// <summary>The image files of a folder, in order, and the classes that its subfolders are.</summary>
internal sealed class ImageFiles
{
    private static readonly string[] _extensions = [".jpg", ".jpeg", ".png"];

    // What is hidden is skipped by default; but a folder that can't be read is an error, not an empty one.
    private static readonly EnumerationOptions _inFolder = new() { IgnoreInaccessible = false };
    private static readonly EnumerationOptions _everywhere = new() { IgnoreInaccessible = false, RecurseSubdirectories = true };

    private readonly string _folder;
    private readonly string[] _names;
    private readonly string[]? _classes;

    private ImageFiles(string folder, string[] names, string[]? classes, DataFileException[] skipped) =>
        (_folder, _names, _classes, Skipped) = (folder, names, classes, skipped);

    /// <summary>The paths within the folder, with slashes, in ordinal order.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>What is wrong with each file that was left out.</summary>
    public IReadOnlyList<DataFileException> Skipped { get; }

    public static ImageFiles Find(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"Expected `folder` to be a folder, but there is none at {folder}.");
        }

        string[] names = [.. Directory.EnumerateFiles(folder, "*", _everywhere)
            .Where(path => _extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
            .Select(path => Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal)];
        return names.Length == 0
            ? throw new DataFileException(folder, "hold images (.jpg, .jpeg or .png)", "holds none")
            : new ImageFiles(folder, names, Classes(folder, names), []);
    }

    /// <summary>Decodes every file, on all cores, and leaves out those that can't be.</summary>
    public ImageFiles WithoutDamaged(ImageDecoder decoder)
    {
        var errors = new DataFileException?[_names.Length];
        try
        {
            Parallel.For(0, _names.Length, () => new byte[decoder.Shape.Size], (i, _, image) => Try(i, image), _ => { });
        }
        catch (AggregateException thrown)
        {
            ExceptionDispatchInfo.Throw(thrown.InnerExceptions[0]);
        }

        string[] whole = [.. _names.Where((_, i) => errors[i] is null)];
        DataFileException[] skipped = [.. errors.OfType<DataFileException>()];
        return whole.Length == 0
            ? throw new DataFileException(_folder, "hold a whole image", $"holds {skipped.Length} damaged ones only", skipped[0])
            : new ImageFiles(_folder, whole, _classes, skipped);

        byte[] Try(int index, byte[] image)
        {
            try
            {
                decoder.Decode(PathOf(index), image);
            }
            catch (DataFileException error)
            {
                errors[index] = error;
            }

            return image;
        }
    }

    public string PathOf(int index) => Path.Combine(_folder, _names[index]);

    /// <summary>The class of every file, or null if there are none.</summary>
    public Factor? Labels() => _classes is null
        ? null
        : new Factor("class", Array.ConvertAll(_names, name => Array.BinarySearch(_classes, ClassOf(name), StringComparer.Ordinal)), _classes);

    private static string[]? Classes(string folder, string[] names)
    {
        var flat = names.Where(name => !name.Contains('/')).ToArray();
        if (flat.Length == names.Length)
        {
            return null;
        }

        if (flat.Length > 0)
        {
            throw new DataFileException(
                folder, "hold images either in itself or in a subfolder for each class", $"holds {flat[0]} and {names.Except(flat).First()}");
        }

        string[] classes = [.. names.Select(ClassOf).Distinct().Order(StringComparer.Ordinal)];
        var empty = Directory.EnumerateDirectories(folder, "*", _inFolder).Select(Path.GetFileName)
            .Except(classes).Order(StringComparer.Ordinal).FirstOrDefault();
        return empty is null
            ? classes
            : throw new DataFileException(
                Path.Combine(folder, empty), "hold images (.jpg, .jpeg or .png), being a class", "holds none");
    }

    private static string ClassOf(string name) => name[..name.IndexOf('/')];
}
