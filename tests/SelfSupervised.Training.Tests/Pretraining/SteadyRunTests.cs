using SelfSupervised.Core.Methods;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Pretraining;

/// <summary>A long run holds no more at its end than at its beginning.</summary>
public sealed class SteadyRunTests
{
    // What a run keeps on purpose: its losses, and its reports.
    private const int BytesPerStep = 48;

    [Theory]
    [InlineData(nameof(SimClr))]
    [InlineData(nameof(MoCo))]
    public void Run_ThousandSteps_GrowsNeitherByTensorsNorOnTheHeap(string name)
    {
        using var scope = NewDisposeScope();
        using var method = Tiny.Method(name);
        using var source = new Tiny.Source();
        using var optimizer = optim.SGD(method.TrainedParameters().Select(entry => entry.Parameter), 0.01, momentum: 0.9);
        var held = new Dictionary<int, (long Tensors, long Bytes)>();
        var recorder = new Recorder(report => held[report.Step] = Held());
        new Pretrainer(method, source, optimizer, LearningRate.Constant(0.01), new PretrainerOptions { Steps = 1000, ReportEvery = 200 }, recorder).Run();

        held.Keys.Should().Equal(200, 400, 600, 800, 1000);
        held.Values.Should().OnlyContain(now => now.Tensors == held[200].Tensors);
        (held[1000].Bytes - held[200].Bytes).Should().BeLessThan(800 * BytesPerStep);
    }

    private static (long Tensors, long Bytes) Held()
    {
        // What a finaliser lets go of is collected by the second.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return (DisposeScopeManager.Statistics.ThreadTotalLiveCount, GC.GetTotalMemory(forceFullCollection: true));
    }
}
