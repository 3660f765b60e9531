using System.Diagnostics;
using System.Globalization;

namespace SelfSupervised.Core.Tests;

public sealed class NativeHeapTests
{
    [Fact]
    public void TryKeepFreedMemory_LargeTensorsOneAfterTheOther_TakeTheSamePagesAgain()
    {
        if (!OperatingSystem.IsLinux())
        {
            NativeHeap.TryKeepFreedMemory().Should().BeFalse();
            return;
        }

        FreshPages("kept").Should().BeLessThan(FreshPages("as-it-is") / 4);
    }

    /// <summary>Of a process of its own: what is changed holds for all of it.</summary>
    private static long FreshPages(string heap)
    {
        var host = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath! : "dotnet";
        using var process = Process.Start(new ProcessStartInfo(host, ["exec", Path.Combine(AppContext.BaseDirectory, "HeapRunner.dll"), heap]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
        return long.Parse(output, CultureInfo.InvariantCulture);
    }
}
