using TorchSharp.Modules;

namespace SelfSupervised.Training.Tests.Optimizers;

/// <summary>Saved and restored, the optimiser takes the same steps bit for bit.</summary>
public sealed class LarsStateTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(LarsForm.Classic)]
    [InlineData(LarsForm.Popular)]
    [InlineData(LarsForm.Larc)]
    public void LoadStateDict_FromAStream_TakesTheSameNextSteps(LarsForm form)
    {
        var options = new LarsOptions(0.7) { Form = form, WeightDecay = 0.03, Nesterov = true, Momentum = 0.8, TrustCoefficient = 0.05, Epsilon = 1e-3 };
        var (kept, resumed) = Pair(options, new LarsOptions(9), optimizer => optimizer.SetLearningRate(0.3));
        TensorAssert.Same(resumed, kept);
    }

    [Fact]
    public void LoadStateDict_BeforeTheFirstStep_RestoresThatThereIsNoVelocity()
    {
        var weight = Weights.Of([3, 4], [0.6, 0.8]);
        using var fresh = Weights.Optimizer(new LarsOptions(1) { WeightDecay = 0.1 }, weight);
        using var used = Weights.Optimizer(new LarsOptions(1), weight);
        using var stream = Saved(fresh);
        weight.grad = torch.ones(1, 2, dtype: ScalarType.Float64);
        used.step();
        Load(used, stream);
        using (no_grad())
        {
            weight.copy_(tensor([3.0, 4.0], [1, 2]));
        }

        weight.grad = tensor([0.6, 0.8], [1, 2]);
        used.step();
        TensorAssert.Close(weight, [2.997, 3.996], [1, 2], atol: 1e-12);
    }

    [Fact]
    public void LoadStateDict_FromAnotherOptimizer_CopiesTheState()
    {
        var (first, second) = (Weights.Of([3, 4], [0.6, 0.8]), Weights.Of([3, 4], [0.6, 0.8]));
        using var source = Weights.Optimizer(new LarsOptions(1) { WeightDecay = 0.1 }, first);
        using var target = Weights.Optimizer(new LarsOptions(5), second);
        source.step();
        target.load_state_dict(source.state_dict());
        using (no_grad())
        {
            second.copy_(first);
        }

        source.step();
        target.step();
        TensorAssert.Same(second, first);
    }

    [Fact]
    public void LoadStateDict_InACallersScope_OutlivesIt()
    {
        var weight = Weights.Of([3, 4], [0.6, 0.8]);
        using var optimizer = Weights.Optimizer(new LarsOptions(1) { WeightDecay = 0.1 }, weight);
        optimizer.step();
        using var stream = Saved(optimizer);
        using (NewDisposeScope())
        {
            Load(optimizer, stream);
        }

        optimizer.step();
        TensorAssert.Close(weight, [2.991303, 3.988404], [1, 2], atol: 1e-12);
    }

    [Fact]
    public void SaveAndLoad_LeaveNothing()
    {
        var weight = Weights.Of([3, 4], [0.6, 0.8]);
        using var optimizer = Weights.Optimizer(new LarsOptions(1), weight);
        optimizer.step();
        LeakCheck.NothingLeft(
            () =>
            {
                using var stream = Saved(optimizer);
                Load(optimizer, stream);
            },
            weight);
    }

    [Fact]
    public void LoadStateDict_OtherShape_ThrowsAndKeepsTheVelocity()
    {
        var (small, large) = (Weights.Of([3, 4], [0.6, 0.8]), Weights.Of([1, 2, 3], [1, 1, 1]));
        using var target = Weights.Optimizer(new LarsOptions(1) { WeightDecay = 0.1 }, small);
        using var source = Weights.Optimizer(new LarsOptions(1) { WeightDecay = 0.1 }, large);
        target.step();
        source.step();
        using var stream = Saved(source);
        FluentActions.Invoking(() => Load(target, stream)).Should().Throw<InvalidDataException>()
            .WithMessage("Expected the velocity of `p0` to be Float64 of shape [1, 2], but got Float64 of shape [1, 3].");
        FluentActions.Invoking(() => target.load_state_dict(source.state_dict())).Should().Throw<InvalidDataException>();
        target.step();
        TensorAssert.Close(small, [2.991303, 3.988404], [1, 2], atol: 1e-12);
    }

    [Fact]
    public void LoadStateDict_AnotherKindOfOptimizer_Throws()
    {
        var (mine, theirs) = (Weights.Of([3, 4], [1, 1]), Weights.Of([3, 4], [1, 1]));
        using var lars = Weights.Optimizer(new LarsOptions(1), mine);
        using var sgd = optim.SGD([theirs], 0.1, momentum: 0.9);
        sgd.step();
        FluentActions.Invoking(() => lars.load_state_dict(sgd.state_dict())).Should().Throw<ArgumentException>()
            .WithMessage("Expected `source` to be LarsOptions, but got Options.*");
        FluentActions.Invoking(() => lars.state_dict().State[0].LoadStateDict(sgd.state_dict().State[0])).Should().Throw<ArgumentException>()
            .WithMessage("Expected the state of a Lars, but got State.*");
    }

    [Fact]
    public void SaveStateDict_ChannelsLastWeights_TakesTheSameNextSteps()
    {
        var start = RandomTensors.Normal(1, [2, 4, 5, 3]).permute(0, 3, 1, 2);
        var (kept, resumed) = Pair(new LarsOptions(0.5), new LarsOptions(0.5), _ => { }, start);
        TensorAssert.Close(resumed, kept);
    }

    [Fact]
    public void To_ADevice_KeepsTheVelocity()
    {
        var weight = Weights.Of([3, 4], [0.6, 0.8]);
        using var optimizer = Weights.Optimizer(new LarsOptions(1) { WeightDecay = 0.1 }, weight);
        optimizer.step();
        optimizer.to(CPU);
        optimizer.step();
        TensorAssert.Close(weight, [2.991303, 3.988404], [1, 2], atol: 1e-12);
    }

    /// <summary>Two steps, saved and restored into another optimiser, and two more in both: the weights of both.</summary>
    private static (Tensor Kept, Tensor Resumed) Pair(LarsOptions options, LarsOptions others, Action<Lars> change, Tensor? start = null)
    {
        start ??= RandomTensors.Normal(1, [4, 5], ScalarType.Float32);
        var kept = Weights.With(start);
        using var optimizer = Weights.Optimizer(options, kept);
        Steps(optimizer, kept, 0);
        change(optimizer);

        using var stream = Saved(optimizer);
        var resumed = Weights.With(kept.detach());
        using var restored = Weights.Optimizer(others, resumed);
        Load(restored, stream);
        Steps(optimizer, kept, 2);
        Steps(restored, resumed, 2);
        return (kept, resumed);
    }

    private static void Steps(Lars optimizer, Parameter weight, int first)
    {
        for (var step = first; step < first + 2; step++)
        {
            weight.grad = RandomTensors.Normal(10 + step, weight.shape, weight.dtype);
            optimizer.step();
        }
    }

    private static MemoryStream Saved(Lars optimizer)
    {
        var stream = new MemoryStream();
        optimizer.save_state_dict(new BinaryWriter(stream));
        stream.Position = 0;
        return stream;
    }

    private static void Load(Lars optimizer, MemoryStream stream) => optimizer.load_state_dict(new BinaryReader(stream));
}
