using System.Globalization;
using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

/// <summary>The matrix of similarities is never held: the process never grows by as much.</summary>
public sealed class LossMemoryTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [LinuxFact]
    public void NTXent_LargeBatch_TakesAFractionOfTheMatrix()
    {
        var views = Enumerable.Range(0, 2).Select(v => randn(2048, 32, requires_grad: true)).ToArray();
        var matrix = Mebibytes(4096L * 4096);
        Growth(() => NTXent.Loss(views, 0.1).backward()).Should().BeLessThan(matrix / 2);
        Growth(() => NTXent.Accuracy(views)).Should().BeLessThan(matrix / 2);
    }

    [LinuxFact]
    public void InfoNCEAgainst_LargeQueue_TakesAFractionOfTheMatrix()
    {
        var (queries, keys, queue) = (randn(256, 32, requires_grad: true), randn(256, 32), nn.functional.normalize(randn(65_536, 32)));
        var matrix = Mebibytes(256L * 65_536);
        Growth(() => InfoNCE.LossAgainst(queries, keys, queue, unitNegatives: true).backward()).Should().BeLessThan(matrix / 4);
        Growth(() => InfoNCE.AccuracyAgainst(queries, keys, queue, unitNegatives: true)).Should().BeLessThan(matrix / 4);
    }

    [LinuxFact]
    public void LeaveOneOut_LargeQueues_TakesAFractionOfAMatrix()
    {
        var (queries, keys) = (randn([3, 256, 32], requires_grad: true), randn([3, 3, 256, 32]));
        Tensor[] queues = [.. Enumerable.Range(0, 3).Select(_ => nn.functional.normalize(randn(65_536, 32)))];
        var matrix = Mebibytes(256L * 65_536);
        Growth(() => LeaveOneOut.Loss(queries, keys, queues, unitNegatives: true).backward()).Should().BeLessThan(matrix / 4);
        Growth(() => LeaveOneOut.Accuracy(queries, keys, queues, unitNegatives: true)).Should().BeLessThan(matrix / 4);
    }

    private static double Mebibytes(long floats) => floats * 4 / 1048576.0;

    /// <summary>MiB of resident memory that an action adds at its peak.</summary>
    private static double Growth(Action action)
    {
        using var scope = NewDisposeScope();
        GC.Collect();
        var before = Resident("VmRSS:");
        File.WriteAllText("/proc/self/clear_refs", "5");
        action();
        return Resident("VmHWM:") - before;
    }

    private static double Resident(string which)
    {
        var line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(which, StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1024;
    }
}
