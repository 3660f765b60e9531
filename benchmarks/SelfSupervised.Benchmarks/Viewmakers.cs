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

    /// <summary>Prints milliseconds per batch.</summary>
    internal static void PrintRound(string how, int images)
    {
        var viewmakers = new Viewmakers { Images = images, Device = Round.Device };
        viewmakers.Setup();
        Round.Print(Round.Milliseconds(how == "forward" ? viewmakers.Forward : viewmakers.ForwardAndBackward, seconds: 3));
        viewmakers.Cleanup();
    }

    // The GPU's time counts only when it is waited for.
    private void Wait()
    {
        if (_images.is_cuda) cuda.synchronize();
    }
}
