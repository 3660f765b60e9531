using System.Diagnostics;
using System.Reflection;
using Xunit;

namespace SelfSupervised.Packaging.Tests;

/// <summary>The source tree that these tests were built in, and the SDK's commands run on it.</summary>
internal static class Repository
{
    private static readonly Assembly Self = typeof(Repository).Assembly;

    /// <summary>The folder that holds SelfSupervised.sln, or null where the compiled tests run without the sources.</summary>
    public static string? Root { get; } = Find();

    /// <summary>Why a test that needs the sources cannot run; null where it can.</summary>
    public static string? WhyNot =>
        Root is null ? "Needs the repository's sources, and no folder above the tests holds SelfSupervised.sln." : null;

    public static string Configuration { get; } =
        Self.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;

    public static string TorchProvider { get; } =
        Self.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == nameof(TorchProvider)).Value!;

    /// <summary>Runs <c>dotnet</c> and gives its exit code with what it wrote.</summary>
    public static (int ExitCode, string Output) DotNet(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // What the surrounding `dotnet test` set for itself is not meant for another build, and a build node that
        // outlives the command would keep its output open.
        foreach (var name in start.Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["UseSharedCompilation"] = "false";

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }

    private static string? Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SelfSupervised.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName;
    }
}

/// <summary>A test that reads the sources, and is skipped where there are none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RepositoryFactAttribute : FactAttribute
{
    public RepositoryFactAttribute() => Skip = Repository.WhyNot;
}

/// <summary>The same with arguments.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RepositoryTheoryAttribute : TheoryAttribute
{
    public RepositoryTheoryAttribute() => Skip = Repository.WhyNot;
}
