using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>What calling an operator costs when the operator itself has next to nothing to do.</summary>
[MemoryDiagnoser]
public class OperatorOverhead
{
    private const int Calls = 10_000;
    private const int Stretches = 51;
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

    /// <summary>Prints nanoseconds per call of <see cref="AddInAScope"/>, on one thread: the median of many short stretches.</summary>
    internal static void PrintRound()
    {
        set_num_threads(1);
        var overhead = new OperatorOverhead();
        // Until it is compiled for good.
        overhead.Time(Calls * 20);
        Thread.Sleep(200);
        overhead.Time(Calls * 20);
        var stretches = Enumerable.Range(0, Stretches).Select(_ => overhead.Time(Calls)).Order().ToList();
        Console.WriteLine(stretches[Stretches / 2].ToString("F0", CultureInfo.InvariantCulture));
        overhead.Cleanup();
    }

    private double Time(int calls)
    {
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < calls; i++)
        {
            AddInAScope();
        }

        return watch.Elapsed.TotalNanoseconds / calls;
    }
}
