using BenchmarkDotNet.Attributes;
using SelfSupervised.Core.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>Forward and backward of the contrastive losses on embeddings of 128 dimensions.</summary>
[MemoryDiagnoser]
public class ContrastiveLosses
{
    private Tensor _a = null!;
    private Tensor _b = null!;
    private Tensor _negatives = null!;

    [Params(256, 1024)]
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
        _negatives = nn.functional.normalize(randn(4096, 128, generator: generator)).to(Device);
    }

    [Benchmark]
    public void NTXent() => Step(() => Core.Losses.NTXent.Loss([_a, _b]));

    [Benchmark]
    public void InfoNCESymmetric() => Step(() => InfoNCE.SymmetricLoss(_a, _b, 0.1));

    [Benchmark]
    public void InfoNCEAgainstFourThousand() => Step(() => InfoNCE.LossAgainst(_a, _b, _negatives, 0.1));

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var tensor in new[] { _a, _b, _negatives }) tensor.Dispose();
    }

    // The GPU works on while the CPU has gone ahead: its time counts only when it is waited for.
    private void Step(Func<Tensor> loss)
    {
        using (NewDisposeScope())
        {
            loss().backward();
            _a.grad = null;
            _b.grad = null;
        }

        if (_a.is_cuda) cuda.synchronize();
    }
}
