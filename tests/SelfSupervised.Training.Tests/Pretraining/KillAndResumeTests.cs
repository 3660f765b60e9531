using System.Diagnostics;

namespace SelfSupervised.Training.Tests.Pretraining;

/// <summary>Each method in processes of their own, killed at random moments and started again: the same bits as never having been killed.</summary>
public sealed class KillAndResumeTests : IDisposable
{
    private const int Steps = 30;

    private readonly string _folder = Directory.CreateTempSubdirectory("resume-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("SimClr", "adam", 1)]
    [InlineData("SimClr", "lars", 2)]
    [InlineData("MoCo", "adam", 3)]
    [InlineData("MeanTeacher", "adam", 4)]
    [InlineData("InstanceDiscrimination", "adam", 5)]
    [InlineData("AdversarialViews", "adam", 6)]
    [InlineData("LooC", "adam", 6)]
    [InlineData("LooCPlusPlus", "adam", 7)]
    [InlineData("MoCoPlusPlus", "adam", 8)]
    [InlineData("SimClr", "adam", 9, 6)]
    [InlineData("AdversarialViews", "adam", 10, 5)]
    [InlineData("MoCo", "adam-bfloat16", 11)]
    public void Run_KilledAtRandomPoints_GivesTheSameBits(string method, string optimizer, int seed, int? microBatch = null)
    {
        Finish("straight", method, optimizer, microBatch).Should().Be(0);
        var (random, kills) = (new Random(seed), 0);
        while (kills < 4)
        {
            using var process = Start("killed", method, optimizer, microBatch);
            KillAfter(process, lines: random.Next(1, 14), TimeSpan.FromMilliseconds(random.Next(0, 30)));
            kills++;
        }

        var output = new List<string>();
        Finish("killed", method, optimizer, microBatch, output).Should().Be(0);
        output.Should().Contain(line => line.StartsWith("Resumed", StringComparison.Ordinal), "otherwise nothing was tested");
        File.ReadAllBytes(Result("killed")).Should().Equal(File.ReadAllBytes(Result("straight")));
    }

    [Fact]
    public void Run_Terminated_SavesAndEndsCleanly()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // which has no SIGTERM for another process
        }

        using var process = Start("terminated", "SimClr", "adam");
        while (process.StandardOutput.ReadLine() is { } line && line != "step 3")
        {
        }

        using (var kill = Process.Start("sh", ["-c", $"kill -TERM {process.Id}"]))
        {
            kill.WaitForExit();
        }

        var rest = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.Should().Be(3, "it says that it is not complete");
        rest.Should().Contain("CheckpointWritten").And.Contain("Stopped");
    }

    private string Result(string name) => Path.Combine(_folder, $"{name}.safetensors");

    private Process Start(string name, string method, string optimizer, int? microBatch = null)
    {
        string[] arguments = [Path.Combine(_folder, name), $"{Steps}", method, optimizer, Result(name)];
        return ChildProcess.Start("ResumeRunner", microBatch is null ? arguments : [.. arguments, $"{microBatch}"]);
    }

    private static void KillAfter(Process process, int lines, TimeSpan delay)
    {
        for (var i = 0; i < lines && process.StandardOutput.ReadLine() is not null; i++)
        {
        }

        Thread.Sleep(delay);
        process.Kill();
        process.WaitForExit();
    }

    private int Finish(string name, string method, string optimizer, int? microBatch, List<string>? output = null)
    {
        using var process = Start(name, method, optimizer, microBatch);
        while (process.StandardOutput.ReadLine() is { } line)
        {
            output?.Add(line);
        }

        process.WaitForExit();
        return process.ExitCode;
    }
}
