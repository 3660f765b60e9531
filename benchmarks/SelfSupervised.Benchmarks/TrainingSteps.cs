using BenchmarkDotNet.Attributes;
using SelfSupervised.Core;
using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Views;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>A whole training step on images of 32 by 32: views, encoder, head, loss, backward pass, SGD with momentum, and what follows it.</summary>
[MemoryDiagnoser]
public class TrainingSteps
{
    private PretrainingMethod _method = null!;
    private OptimizerHelper _optimizer = null!;
    private Tensor _images = null!;
    private int[] _indices = null!;
    private int _step;

    [Params("simclr", "moco")]
    public string Method { get; set; } = "simclr";

    /// <summary>The encoder of samples/SimClr, or a ResNet-18 with the CIFAR stem.</summary>
    [Params("small", "resnet18")]
    public string Encoder { get; set; } = "small";

    [ParamsSource(nameof(Devices))]
    public string Device { get; set; } = "cpu";

    public static IEnumerable<string> Devices => ContrastiveLosses.Devices;

    [GlobalSetup]
    public void Setup() => Setup(images: Encoder == "small" ? 256 : 32, views: ViewPlan.TwoViews(ViewPresets.SimClrCifar()));

    [Benchmark]
    public void Step()
    {
        using (NewDisposeScope())
        {
            var output = _method.Compute(new PretrainingBatch(_images, _indices, _step++));
            _method.zero_grad();
            output.Loss.backward();
            _optimizer.step();
            _method.AfterStep();
        }

        // The GPU's time counts only when it is waited for.
        if (_images.is_cuda) cuda.synchronize();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _optimizer.Dispose();
        _method.Dispose();
        _images.Dispose();
    }

    /// <summary>Prints milliseconds of a step, with views drawn, or with the same ones for all, with a heap that is kept, or as it is.</summary>
    internal static void PrintRound(string method, string encoder, int images, string views, string heap)
    {
        if (heap == "kept" && !NativeHeap.TryKeepFreedMemory())
        {
            throw new PlatformNotSupportedException("Expected glibc.");
        }

        var steps = new TrainingSteps { Method = method, Encoder = encoder, Device = Round.Device };
        using var same = new SameViews(images);
        steps.Setup(images, views == "drawn" ? ViewPlan.TwoViews(ViewPresets.SimClrCifar()) : same);
        Round.Print(Round.Milliseconds(steps.Step, seconds: 4, least: 3));
        steps.Cleanup();
    }

    private void Setup(int images, IViews views)
    {
        using var generator = new Generator(1);
        var width = Encoder == "small" ? 128 : 512;
        nn.Module<Tensor, Tensor> New() => Encoder == "small" ? new SmallConvNet() : new ResNet(new ResNetLayout(18, ResNetStem.Cifar));
        _method = Method == "simclr"
            ? new SimClr(New(), ProjectionHead.SimClrV1Code(width), views, temperature: 0.2)
            : new MoCo(New, () => ProjectionHead.MoCoV2(width), views, MoCoOptions.V2 with
            {
                QueueCapacity = 4096,
                Momentum = MomentumSchedule.Constant(0.99),
            });
        _method.to(Device);
        _optimizer = optim.SGD(_method.TrainedParameters().Select(entry => entry.Parameter), 0.06, momentum: 0.9, weight_decay: 5e-4);
        _images = randint(0, 256, [images, 3, 32, 32], ScalarType.Byte, generator: generator).to(Device);
        _indices = [.. Enumerable.Range(0, images)];
    }

    /// <summary>Two views of each image that cost nothing.</summary>
    private sealed class SameViews : IViews, IDisposable
    {
        private readonly Tensor[] _views;

        public SameViews(int images)
        {
            using var generator = new Generator(1);
            _views = [.. Enumerable.Range(0, Count).Select(_ => rand([images, 3, 32, 32], generator: generator).to(Round.Device))];
        }

        public int Count => 2;

        public IReadOnlyList<Tensor> Make(Tensor images, long seed, int step, ReadOnlySpan<int> indices, int pass = 0) =>
            Array.ConvertAll(_views, view => view.alias());

        public void Dispose() => Array.ForEach(_views, view => view.Dispose());
    }
}
