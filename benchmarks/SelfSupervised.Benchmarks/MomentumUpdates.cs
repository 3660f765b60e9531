using BenchmarkDotNet.Attributes;
using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Momentum;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>What momentum and memory add to a step: the key encoder's update of a ResNet-50, the queue's and the bank's of a batch of 256.</summary>
[MemoryDiagnoser]
public class MomentumUpdates
{
    private const int Keys = 256;
    private readonly int[] _images = [.. Enumerable.Range(0, Keys).Select(i => 7 * i)];
    private ResNet _online = null!;
    private ResNet _average = null!;
    private KeyQueue _queue = null!;
    private MemoryBank _bank = null!;
    private Tensor _keys = null!;
    private Scalar _old = null!;
    private Scalar _fresh = null!;
    private int _step;

    [ParamsSource(nameof(Devices))]
    public string Device { get; set; } = "cpu";

    public static IEnumerable<string> Devices => ContrastiveLosses.Devices;

    [GlobalSetup]
    public void Setup()
    {
        (_online, _average) = (new ResNet(new ResNetLayout(50), classes: 1000), new ResNet(new ResNetLayout(50), classes: 1000));
        (_queue, _bank) = (new KeyQueue(65_536), new MemoryBank(50_000, 128));
        _online.to(Device);
        _average.to(Device);
        _queue.to(Device);
        _bank.to(Device);
        using var generator = new Generator(1);
        _keys = randn(Keys, 128, generator: generator).to(Device);
        (_old, _fresh) = (0.999.ToScalar(), 0.001.ToScalar());
    }

    [Benchmark]
    public void Update()
    {
        ExponentialMovingAverage.Update(_average, _online, 0.999);
        Wait();
    }

    [Benchmark]
    public void UpdateByLoop()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (old, fresh) in _average.parameters().Zip(_online.parameters()))
        {
            old.mul_(_old).add_(fresh, _fresh);
        }

        Wait();
    }

    [Benchmark]
    public void Enqueue()
    {
        _queue.Enqueue(_keys, _images, _step++, checkValues: false);
        Wait();
    }

    [Benchmark]
    public void UpdateBank()
    {
        _bank.Update(_keys, _images, checkValues: false);
        Wait();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _online.Dispose();
        _average.Dispose();
        _queue.Dispose();
        _bank.Dispose();
        _keys.Dispose();
        _old.Dispose();
        _fresh.Dispose();
    }

    /// <summary>Prints milliseconds of one of them.</summary>
    internal static void PrintRound(string what)
    {
        var updates = new MomentumUpdates { Device = Round.Device };
        updates.Setup();
        (Action action, int calls) = what switch
        {
            "update" => ((Action)updates.Update, 1),
            "update-loop" => (updates.UpdateByLoop, 1),
            "enqueue" => (updates.Enqueue, 100),
            "bank" => (updates.UpdateBank, 100),
            _ => throw new ArgumentException($"Expected update, update-loop, enqueue or bank, but got {what}."),
        };
        Round.Print(Round.Milliseconds(action, seconds: 1, calls));
        updates.Cleanup();
    }

    private void Wait()
    {
        if (Device != "cpu")
        {
            cuda.synchronize();
        }
    }
}
