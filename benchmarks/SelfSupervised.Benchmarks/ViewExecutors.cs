using BenchmarkDotNet.Attributes;
using SelfSupervised.Core;
using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>Views of a batch of bytes, drawn and applied as a training step does: 256 images of 32x32, or 32 of 224x224, cut from 256x256.</summary>
[MemoryDiagnoser]
public class ViewExecutors
{
    private ViewPipeline _pipeline = null!;
    private int[] _indices = [];
    private Tensor _images = null!;
    private int _step;

    [Params("simclr", "moco", "looc")]
    public string Pipeline { get; set; } = "simclr";

    [Params(32, 224)]
    public int Size { get; set; } = 32;

    [ParamsSource(nameof(Devices))]
    public string Device { get; set; } = "cpu";

    public static IEnumerable<string> Devices => ContrastiveLosses.Devices;

    private ImageShape Shape => Size == 32 ? new(3, 32, 32) : new(3, 256, 256);

    [GlobalSetup]
    public void Setup()
    {
        _pipeline = Pipeline switch
        {
            "simclr" => Size == 32 ? ViewPresets.SimClrCifar() : ViewPresets.SimClrImageNet(Size),
            "moco" => ViewPresets.MoCoV2(Size),
            _ => (Size == 32 ? LooCViews.Cifar(new RightAngleRotation()) : LooCViews.ImageNet(new RightAngleRotation(), size: Size)).Pipeline,
        };
        _indices = [.. Enumerable.Range(0, Size == 32 ? 256 : 32)];
        using var generator = new Generator(1);
        _images = randint(0, 256, [_indices.Length, 3, Shape.Height, Shape.Width], ScalarType.Byte, generator: generator).to(Device);
    }

    [Benchmark]
    public void Draw() => _pipeline.Draw(new ViewKey(1, _step++), _indices, Shape);

    [Benchmark]
    public void DrawAndApply() => Apply(ViewExecutor.Auto);

    [Benchmark]
    public void DrawAndApplyByTorch() => Apply(ViewExecutor.Torch);

    [GlobalCleanup]
    public void Cleanup() => _images.Dispose();

    /// <summary>Prints milliseconds per batch, of all operators or of the first ones.</summary>
    internal static void PrintRound(ViewExecutor executor, string pipeline, int size, int operators = int.MaxValue)
    {
        var views = new ViewExecutors { Pipeline = pipeline, Size = size, Device = Round.Device };
        views.Setup();
        views._pipeline = new ViewPipeline([.. views._pipeline.Operators.Take(operators)]);
        Round.Print(Round.Milliseconds(() => views.Apply(executor), seconds: 2));
        views.Cleanup();
    }

    // The GPU's time counts only when it is waited for.
    private void Apply(ViewExecutor executor)
    {
        _pipeline.Apply(_images, new ViewKey(1, _step++), _indices, executor).Dispose();
        if (_images.is_cuda) cuda.synchronize();
    }
}
