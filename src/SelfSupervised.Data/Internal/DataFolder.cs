namespace SelfSupervised.Data.Internal;

/// <summary>The folder of a data set, as its archive unpacks.</summary>
internal static class DataFolder
{
    /// <summary>The path of a file that lies in the folder, or in the subfolder that the archive makes in it.</summary>
    public static string Find(string folder, string subfolder, string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return new[] { Path.Combine(folder, file), Path.Combine(folder, subfolder, file) }.FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException(
                $"Expected `folder` to hold {file} or {subfolder}/{file}, but {folder} has neither.", Path.Combine(folder, file));
    }
}
