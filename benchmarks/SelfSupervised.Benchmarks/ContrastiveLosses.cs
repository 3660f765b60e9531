using BenchmarkDotNet.Attributes;
using SelfSupervised.Core.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>Forward and backward of the contrastive losses on embeddings of 128 dimensions, all arguments as they are by default.</summary>
[MemoryDiagnoser]
public class ContrastiveLosses
{
    private const int Keys = 65_536;
    private const int Spaces = 3;

    private Tensor _a = null!;
    private Tensor _b = null!;
    private Tensor _key = null!;
    private Tensor _queue = null!;
    private Tensor _spaceQueries = null!;
    private Tensor _spaceKeys = null!;
    private Tensor[] _spaceQueues = [];
    private int _keysOfSpace = 16_384;

    [Params(256, 1024, 4096)]
    public int Images { get; set; }

    [ParamsSource(nameof(Devices))]
    public string Device { get; set; } = "cpu";

    public static IEnumerable<string> Devices => cuda.is_available() ? ["cpu", "cuda"] : ["cpu"];

    [GlobalSetup]
    public void Setup()
    {
        using var generator = new Generator(1);
        _a = randn(Images, 128, generator: generator).to(Device).requires_grad_();
        _b = randn(Images, 128, generator: generator).to(Device).requires_grad_();
        _key = _b.detach();
        _queue = Queue(Keys);
        _spaceQueries = randn([Spaces, Images, 128], generator: generator).to(Device).requires_grad_();
        _spaceKeys = randn([Spaces, Spaces, Images, 128], generator: generator).to(Device);
        _spaceQueues = [.. Enumerable.Range(0, Spaces).Select(_ => Queue(_keysOfSpace))];

        Tensor Queue(int keys) => nn.functional.normalize(randn(keys, 128, generator: generator)).to(Device);
    }

    [Benchmark]
    public void NTXent() => Step(() => Core.Losses.NTXent.Loss([_a, _b]));

    [Benchmark]
    public void InfoNCESymmetric() => Step(() => InfoNCE.SymmetricLoss(_a, _b, 0.1));

    [Benchmark]
    public void InfoNCEAgainstQueue() => Step(() => InfoNCE.LossAgainst(_a, _key, _queue, unitNegatives: true));

    [Benchmark]
    public void LooC() => Step(() => LeaveOneOut.Loss(_spaceQueries, _spaceKeys, _spaceQueues, unitNegatives: true));

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var tensor in (Tensor[])[_a, _b, _key, _queue, _spaceQueries, _spaceKeys, .. _spaceQueues]) tensor.Dispose();
    }

    /// <summary>Prints milliseconds, and the MiB that the first call adds at its peak.</summary>
    internal static void PrintRound(string loss, int images, int keysOfSpace = 16_384)
    {
        var small = new ContrastiveLosses { Images = 8, Device = Round.Device, _keysOfSpace = keysOfSpace };
        small.Setup();
        small.Run(loss);
        small.Cleanup();
        var losses = new ContrastiveLosses { Images = images, Device = Round.Device, _keysOfSpace = keysOfSpace };
        losses.Setup();
        var peak = Round.PeakOf(() => losses.Run(loss));
        Round.Print(Round.Milliseconds(() => losses.Run(loss), seconds: 1.5, least: 3), peak);
        losses.Cleanup();
    }

    private void Run(string loss)
    {
        switch (loss)
        {
            case "ntxent": NTXent(); break;
            case "queue": InfoNCEAgainstQueue(); break;
            case "looc": LooC(); break;
            default: throw new ArgumentException($"Expected ntxent, queue or looc, but got {loss}.");
        }
    }

    // The GPU works on while the CPU has gone ahead: its time counts only when it is waited for.
    private void Step(Func<Tensor> loss)
    {
        using (NewDisposeScope())
        {
            loss().backward();
            _a.grad = null;
            _b.grad = null;
            _spaceQueries.grad = null;
        }

        if (_a.is_cuda) cuda.synchronize();
    }
}
