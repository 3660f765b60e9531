using System.Globalization;

namespace SelfSupervised.Core.Tests;

public sealed class NativeHeapTests
{
    [LinuxFact]
    public void TryKeepFreedMemory_LargeTensorsOneAfterTheOther_TakeTheSamePagesAgain() =>
        FreshPages("kept").Should().BeLessThan(FreshPages("as-it-is") / 4);

    /// <summary>Of a process of its own: what is changed holds for all of it.</summary>
    private static long FreshPages(string heap)
    {
        using var process = ChildProcess.Start("HeapRunner", heap);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(0);
        return long.Parse(output, CultureInfo.InvariantCulture);
    }
}
