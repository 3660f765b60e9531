using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using SelfSupervised.Core.Memory;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>One side of the measurements in ../*.sh, as ../peers/timing.py has it: on DEVICE, cpu unless set, and printed as a number.</summary>
internal static class Round
{
    // Meanwhile .NET compiles in the background what is called often, on a processor that libtorch then lacks.
    private const double WarmSeconds = 6;

    public static string Device { get; } = Environment.GetEnvironmentVariable("DEVICE") ?? "cpu";

    /// <summary>Of a call: the median of what fits into the seconds, in stretches of so many calls, once it is compiled for good.</summary>
    public static double Milliseconds(Action action, double seconds, int calls = 1, int least = 5)
    {
        for (var warm = Stopwatch.StartNew(); warm.Elapsed.TotalSeconds < WarmSeconds;)
        {
            action();
        }

        var times = new List<double>();
        for (var whole = Stopwatch.StartNew(); whole.Elapsed.TotalSeconds < seconds || times.Count < least;)
        {
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < calls; i++)
            {
                action();
            }

            times.Add(watch.Elapsed.TotalMilliseconds / calls);
        }

        return times.Order().ElementAt(times.Count / 2);
    }

    /// <summary>MiB that a call adds to the process at its peak; nothing on a GPU, whose memory TorchSharp doesn't tell.</summary>
    public static double? PeakOf(Action action)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Resident("VmRSS");
        File.WriteAllText("/proc/self/clear_refs", "5");
        action();
        return Device == "cpu" ? Resident("VmHWM") - before : null;
    }

    public static void Print(double milliseconds, double? peak = null) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{milliseconds:F4} {peak:F0}"));

    public static void PrintVersions() => Console.WriteLine(
        $"- {RuntimeInformation.FrameworkDescription}, SelfSupervised {typeof(KeyQueue).Assembly.GetName().Version?.ToString(3)}, libtorch {__version__}, {get_num_threads()} threads");

    private static double Resident(string which)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(which, StringComparison.Ordinal));
        return double.Parse(line.Split()[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
