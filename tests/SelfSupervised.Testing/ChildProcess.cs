using System.Diagnostics;

namespace SelfSupervised.Testing;

/// <summary>A program beside the tests, run in a process of its own, because it is killed, or changes what holds for a whole process.</summary>
public static class ChildProcess
{
    /// <summary>Starts a program; its output is read from the process.</summary>
    /// <param name="program">The assembly's name, without folder and extension.</param>
    /// <param name="arguments">What it is given.</param>
    /// <returns>The process. The caller disposes it.</returns>
    public static Process Start(string program, params IEnumerable<string> arguments)
    {
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        var start = new ProcessStartInfo(host, ["exec", Path.Combine(AppContext.BaseDirectory, $"{program}.dll"), .. arguments]) { RedirectStandardOutput = true };
        return Process.Start(start)!;
    }
}
