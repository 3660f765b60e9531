using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>What calling an operator costs when the operator itself has next to nothing to do.</summary>
[MemoryDiagnoser]
public class OperatorOverhead
{
    private readonly Tensor _x = ones(10).DetachFromDisposeScope();

    [Benchmark(Baseline = true)]
    public void AddInAScope()
    {
        using var scope = NewDisposeScope();
        _ = _x.add(_x);
    }

    [Benchmark]
    public void AddAndDispose() => _x.add(_x).Dispose();

    [Benchmark]
    public void AddInPlace() => _x.add_(_x);

    [GlobalCleanup]
    public void Cleanup() => _x.Dispose();

    /// <summary>Prints milliseconds of a thousand <see cref="AddInAScope"/>, on one thread.</summary>
    internal static void PrintRound()
    {
        set_num_threads(1);
        var overhead = new OperatorOverhead();
        // Compiled for good in the background.
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(1);)
        {
            overhead.AddInAScope();
        }

        Round.Print(1000 * Round.Milliseconds(overhead.AddInAScope, seconds: 2, calls: 10_000));
        overhead.Cleanup();
    }
}
