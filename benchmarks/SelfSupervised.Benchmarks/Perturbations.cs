using BenchmarkDotNet.Attributes;
using SelfSupervised.Core.Viewmaker;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Benchmarks;

/// <summary>What constrains and adds perturbations, without gradient, beside the copy that bounds it.</summary>
[MemoryDiagnoser]
public class Perturbations
{
    private readonly Dictionary<string, Func<Tensor>> _kernels = [];
    private readonly List<IDisposable> _owned = [];
    private Tensor _delta = null!;
    private Tensor _images = null!;
    private Tensor _target = null!;

    [Params("copy", "clamp", "dct", "L0", "L1", "L2", "LInfinity", "projection")]
    public string Kernel { get; set; } = "copy";

    [ParamsSource(nameof(Devices))]
    public string Device { get; set; } = "cpu";

    /// <summary>128 images of 96 by 96 are 14 MB; 256 of 32 by 32, 3 MB.</summary>
    [Params(32, 96)]
    public int Side { get; set; } = 32;

    public static IEnumerable<string> Devices => ContrastiveLosses.Devices;

    [GlobalSetup]
    public void Setup()
    {
        using var generator = new Generator(1);
        var count = Side == 32 ? 256 : 128;
        _images = rand(count, 3, Side, Side, generator: generator).to(Device);
        _delta = randn(count, 3, Side, Side, generator: generator).tanh_().to(Device);
        _target = empty_like(_delta);
        var (low, high) = (0.ToScalar(), 1.ToScalar());
        _kernels["copy"] = () => _target.copy_(_delta).alias();
        _kernels["clamp"] = () => _images.add(_delta).clamp_(low, high);
        var transform = new CosineTransform();
        _owned.AddRange([_images, _delta, _target, transform]);
        _kernels["dct"] = () => transform.Transform(_images);
        _kernels["L0"] = Budget(PerturbationBudget.L0());
        _kernels["L1"] = Budget(PerturbationBudget.L1());
        _kernels["L2"] = Budget(PerturbationBudget.L2());
        _kernels["LInfinity"] = Budget(new(double.PositiveInfinity, 0.05));
        _kernels["projection"] = Budget(new(1, 0.2, BudgetOperator.Projection));

        Func<Tensor> Budget(PerturbationBudget budget) => () => budget.Apply(_delta, checkValues: false);
    }

    [Benchmark]
    public void Apply()
    {
        _kernels[Kernel]().Dispose();
        if (_images.is_cuda) cuda.synchronize();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var one in _owned) one.Dispose();
    }

    /// <summary>Prints milliseconds per batch.</summary>
    internal static void PrintRound(string kernel, int side)
    {
        var perturbations = new Perturbations { Kernel = kernel, Side = side, Device = Round.Device };
        perturbations.Setup();
        Round.Print(Round.Milliseconds(perturbations.Apply, seconds: 0.7));
        perturbations.Cleanup();
    }
}
