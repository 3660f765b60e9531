using System.Diagnostics;
using System.Globalization;
using BenchmarkDotNet.Attributes;
using SelfSupervised.Core;
using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>SimCLR's CIFAR-10 views of a batch of bytes: drawn and applied, as a training step does.</summary>
[MemoryDiagnoser]
public class ViewExecutors
{
    private const int Images = 256;
    private const int Stretches = 7;

    private readonly ViewPipeline _pipeline = ViewPresets.SimClrCifar();
    private readonly int[] _indices = [.. Enumerable.Range(0, Images)];
    private Tensor _images = null!;
    private int _step;

    [ParamsSource(nameof(Devices))]
    public string Device { get; set; } = "cpu";

    public static IEnumerable<string> Devices => ContrastiveLosses.Devices;

    [GlobalSetup]
    public void Setup()
    {
        using var generator = new Generator(1);
        _images = randint(0, 256, [Images, 3, 32, 32], ScalarType.Byte, generator: generator).to(Device);
    }

    [Benchmark]
    public void Draw() => _pipeline.Draw(new ViewKey(1, _step++), _indices, new ImageShape(3, 32, 32));

    [Benchmark]
    public void DrawAndApply() => Apply(ViewExecutor.Auto);

    [Benchmark]
    public void DrawAndApplyByTorch() => Apply(ViewExecutor.Torch);

    [GlobalCleanup]
    public void Cleanup() => _images.Dispose();

    /// <summary>Prints images per second on the CPU: the median of several stretches of half a second.</summary>
    internal static void PrintRound(ViewExecutor executor)
    {
        var views = new ViewExecutors();
        views.Setup();
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(2);)
        {
            views.Apply(executor);
        }

        var rates = Enumerable.Range(0, Stretches).Select(_ => views.Rate(executor)).Order().ToList();
        Console.WriteLine(rates[Stretches / 2].ToString("F0", CultureInfo.InvariantCulture));
        views.Cleanup();
    }

    private double Rate(ViewExecutor executor)
    {
        var (watch, batches) = (Stopwatch.StartNew(), 0);
        for (; watch.Elapsed < TimeSpan.FromSeconds(0.5); batches++)
        {
            Apply(executor);
        }

        return batches * Images / watch.Elapsed.TotalSeconds;
    }

    // The GPU's time counts only when it is waited for.
    private void Apply(ViewExecutor executor)
    {
        _pipeline.Apply(_images, new ViewKey(1, _step++), _indices, executor).Dispose();
        if (_images.is_cuda) cuda.synchronize();
    }
}
