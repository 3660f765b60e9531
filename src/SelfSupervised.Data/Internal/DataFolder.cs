namespace SelfSupervised.Data.Internal;

/// <summary>The folder of a data set, as its archive unpacks.</summary>
internal static class DataFolder
{
    /// <summary>The path of a file that lies in the folder, or in the subfolder that the archive makes in it.</summary>
    public static string Find(string folder, string subfolder, string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Places(folder, subfolder, file).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"Expected `folder` to hold {file} or {subfolder}/{file}, but {folder} has neither.", Path.Combine(folder, file));
    }

    /// <summary>Whether <see cref="Find"/> would find all of these.</summary>
    public static bool HasAll(string folder, string subfolder, IEnumerable<string> files)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return files.All(file => Places(folder, subfolder, file).Any(File.Exists));
    }

    private static string[] Places(string folder, string subfolder, string file) =>
        [Path.Combine(folder, file), Path.Combine(folder, subfolder, file)];
}
