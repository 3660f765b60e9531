using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using SelfSupervised.Core.Viewmaker;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>The viewmaker network on images of 32 by 32.</summary>
[MemoryDiagnoser]
public class Viewmakers
{
    private ViewmakerNetwork _network = null!;
    private Tensor _images = null!;

    [Params(64, 128)]
    public int Images { get; set; }

    [ParamsSource(nameof(Devices))]
    public string Device { get; set; } = "cpu";

    public static IEnumerable<string> Devices => ContrastiveLosses.Devices;

    [GlobalSetup]
    public void Setup()
    {
        using var generator = new Generator(1);
        _network = new ViewmakerNetwork(generator: generator).to(Device);
        _images = rand(Images, 3, 32, 32, generator: generator).to(Device);
    }

    [Benchmark]
    public void Forward()
    {
        using (no_grad())
        {
            _network.call(_images).Dispose();
        }

        Wait();
    }

    [Benchmark]
    public void ForwardAndBackward()
    {
        using (NewDisposeScope())
        {
            _network.zero_grad(set_to_none: true);
            _network.call(_images).sum().backward();
        }

        Wait();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _network.Dispose();
        _images.Dispose();
    }

    /// <summary>Prints milliseconds per batch on two threads of the CPU: the median of what fits into three seconds.</summary>
    internal static void PrintRound(string how, int images)
    {
        set_num_threads(2);
        var viewmakers = new Viewmakers { Images = images };
        viewmakers.Setup();
        Action step = how == "forward" ? viewmakers.Forward : viewmakers.ForwardAndBackward;
        Console.WriteLine(Milliseconds(step).ToString("F2", CultureInfo.InvariantCulture));
        viewmakers.Cleanup();
    }

    internal static double Milliseconds(Action step, double seconds = 3)
    {
        for (var i = 0; i < 3; i++)
        {
            step();
        }

        var times = new List<double>();
        for (var whole = Stopwatch.StartNew(); whole.Elapsed.TotalSeconds < seconds || times.Count < 5;)
        {
            var watch = Stopwatch.StartNew();
            step();
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return times.Order().ElementAt(times.Count / 2);
    }

    // The GPU's time counts only when it is waited for.
    private void Wait()
    {
        if (_images.is_cuda) cuda.synchronize();
    }
}
