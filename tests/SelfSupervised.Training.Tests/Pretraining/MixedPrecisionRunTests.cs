using SelfSupervised.Core;
using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Views;
using SelfSupervised.Data.Batching;
using SelfSupervised.Data.Synthetic;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Pretraining;

/// <summary>Runs in BFloat16 under the pretrainer.</summary>
public sealed class MixedPrecisionRunTests : IDisposable
{
    private const int Batch = 32;

    private readonly string _folder = Directory.CreateTempSubdirectory("mixed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Run_SimClr_LearnsAsInFloat32()
    {
        using var scope = NewDisposeScope();
        using var mixed = SimClr(seed: 1);
        using var plain = SimClr(seed: 1);
        var losses = Run(mixed, Options(steps: 60)).History.Losses;
        var expected = Run(plain, Options(steps: 60) with { Precision = ScalarType.Float32 }).History.Losses;
        losses.Should().NotEqual(expected);
        losses[0].Should().BeApproximately(expected[0], 0.01 * expected[0]);
        expected.TakeLast(10).Average().Should().BeLessThan(0.7 * expected[0], "otherwise nothing was learned");
        losses.TakeLast(10).Average().Should().BeApproximately(expected.TakeLast(10).Average(), 0.1);
        mixed.state_dict().Values.Should().OnlyContain(value => value.dtype == ScalarType.Float32 || value.dtype == ScalarType.Int64);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Run_StoppedAndStartedAgain_GivesTheSameBits(int stopAt)
    {
        using var scope = NewDisposeScope();
        using var straight = MoCo(seed: 1);
        var whole = Run(straight, Options(steps: 8));
        using (var first = MoCo(seed: 1))
        {
            Run(first, Options(steps: 8) with { CheckpointFolder = _folder }, stopAt).Steps.Should().Be(stopAt);
        }

        using var second = MoCo(seed: 7);
        Run(second, Options(steps: 8) with { CheckpointFolder = _folder }).History.Losses.Should().Equal(whole.History.Losses);
        foreach (var (name, expected) in straight.state_dict())
        {
            TensorAssert.Same(second.state_dict()[name], expected);
        }
    }

    [Fact]
    public void Run_MoCo_KeysAreMadeInThePrecisionAndKeptInFloat32()
    {
        using var method = MoCo(seed: 1);
        var before = MixedPrecision.Conversions;
        Run(method, Options(steps: 1));

        // Three convolutions, two dense layers with bias, and what enters encoder and head: for queries and for keys.
        (MixedPrecision.Conversions - before).Should().Be(2 * ((3 + 1) + (2 * 2) + 1));
        using var keys = method.Queue.Keys();
        keys.dtype.Should().Be(ScalarType.Float32);
        keys.shape[0].Should().Be(Batch);
        TensorAssert.Close(keys.norm(1), Enumerable.Repeat(1.0, Batch).ToArray(), [Batch]);
    }

    [Fact]
    public void Run_MicroBatch_ComputesInThePrecisionEachTime()
    {
        using var method = SimClr(seed: 1);
        var before = MixedPrecision.Conversions;
        Run(method, Options(steps: 1) with { MicroBatch = Batch / 4 });

        // Three convolutions, two dense layers, and what enters encoder and head: for four parts twice, but for the last.
        (MixedPrecision.Conversions - before).Should().Be(7 * ((3 + 1) + (2 + 1)));
        using var foreign = new SimClr(Foreign(), ProjectionHead.Linear(8, 4), Views());
        FluentActions.Invoking(() => Run(foreign, Options(steps: 1) with { MicroBatch = Batch / 4 })).Should().ThrowExactly<InvalidOperationException>();
    }

    [Fact]
    public void Run_Float32InACallersScope_IsFloat32()
    {
        using var scope = NewDisposeScope();
        using var method = SimClr(seed: 1);
        using var twin = SimClr(seed: 1);
        var options = Options(steps: 2) with { Precision = ScalarType.Float32 };
        var expected = Run(method, options).History.Losses;
        using var precision = MixedPrecision.Enable(ScalarType.BFloat16);
        var before = MixedPrecision.Conversions;
        Run(twin, options).History.Losses.Should().Equal(expected);
        MixedPrecision.Conversions.Should().Be(before);
    }

    [Fact]
    public void Run_EncoderThatTakesNoPart_IsRefusedBeforeItIsTrained()
    {
        using var scope = NewDisposeScope();
        using var method = new SimClr(Foreign(), ProjectionHead.Linear(8, 4), Views());
        var before = method.TrainedParameters().Select(entry => entry.Parameter.detach().clone()).ToList();
        FluentActions.Invoking(() => Run(method, Options(steps: 2))).Should().ThrowExactly<InvalidOperationException>()
            .WithMessage("Expected the encoder of SimClr to compute in BFloat16, but none of its layers did: call them by CallMixed, or train in Float32.");
        method.TrainedParameters().Zip(before).ToList().ForEach(pair => TensorAssert.Same(pair.First.Parameter, pair.Second));
        MixedPrecision.Precision.Should().Be(ScalarType.Float32, "the scope ends with an error, too");

        using var toy = new Toy();
        using var optimizer = optim.SGD(toy.parameters(), 0.1);
        FluentActions.Invoking(() => new Pretrainer(toy, new ToySource(), optimizer, LearningRate.Constant(0.1), Options(steps: 2)).Run())
            .Should().ThrowExactly<InvalidOperationException>().WithMessage("Expected the encoder of Toy to compute in BFloat16*");
        toy.StepsDone.Should().Be(0);
    }

    [Fact]
    public void Run_EncoderOfOnesOwn_TakesPartByCallMixed()
    {
        using var method = new SimClr(new Own(Foreign()), ProjectionHead.Linear(8, 4), Views());
        Run(method, Options(steps: 2)).IsComplete.Should().BeTrue();
    }

    [Fact]
    public void Run_LeavesNothing()
    {
        using var method = SimClr(seed: 1);
        LeakCheck.NothingLeft(() => Run(method, Options(steps: 2)));
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float64)]
    public void Precision_Other_Throws(ScalarType precision) =>
        FluentActions.Invoking(() => new PretrainerOptions { Steps = 1, Precision = precision }).Should().ThrowExactly<ArgumentOutOfRangeException>()
            .WithMessage($"Expected `precision` to be BFloat16 or Float32, but got {precision}*");

    [CudaFact]
    public void Run_OnCuda_LearnsAsInFloat32()
    {
        using var scope = NewDisposeScope();
        using var mixed = SimClr(seed: 1);
        using var plain = SimClr(seed: 1);
        mixed.to(CUDA);
        plain.to(CUDA);
        var losses = Run(mixed, Options(steps: 60), device: CUDA).History.Losses;
        var expected = Run(plain, Options(steps: 60) with { Precision = ScalarType.Float32 }, device: CUDA).History.Losses;
        losses.TakeLast(10).Average().Should().BeApproximately(expected.TakeLast(10).Average(), 0.1);
    }

    private static PretrainerOptions Options(int steps) => new() { Steps = steps, Precision = ScalarType.BFloat16 };

    private static TrainingResult Run(PretrainingMethod method, PretrainerOptions options, int stopAt = 0, Device? device = null)
    {
        var sprites = new Sprites(200, seed: 1);
        var source = new PretrainingSource(new PrefetchingBatchSource(sprites, new BatchPlan(sprites.Count, Batch, seed: 1, dropLast: true)), device ?? CPU);
        using var optimizer = optim.Adam(method.TrainedParameters().Select(entry => entry.Parameter));
        using var stop = new CancellationTokenSource();
        double Rate(long step)
        {
            if (step == stopAt - 1)
            {
                stop.Cancel();
            }

            return 5e-3;
        }

        return new Pretrainer(method, source, optimizer, Rate, options).Run(stop.Token);
    }

    private static ViewPlan Views() => ViewPlan.TwoViews(new ViewPipeline(new RandomHorizontalFlip(), new ColorJitter(0.4, 0.4, 0.4, 0.1)));

    private static SimClr SimClr(int seed)
    {
        using var weights = new Generator((ulong)seed);
        var encoder = new SmallConvNet(baseWidth: 4, generator: weights);
        return new SimClr(encoder, ProjectionHead.SimClrV1Code(encoder.FeatureDimension, 8, weights), Views(), temperature: 0.2);
    }

    private static MoCo MoCo(int seed)
    {
        using var weights = new Generator((ulong)seed);
        return new MoCo(
            () => new SmallConvNet(baseWidth: 2, generator: weights, batchNormSplits: 2),
            () => ProjectionHead.MoCoV2(8, 4, weights),
            Views(),
            new() { QueueCapacity = 100, Dimension = 4, Momentum = MomentumSchedule.Constant(0.9), ShuffleKeys = true });
    }

    private static TorchSharp.Modules.Sequential Foreign() =>
        nn.Sequential(nn.Conv2d(3, 8, 3, stride: 2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten());

    /// <summary>A network of one's own.</summary>
    private sealed class Own : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> layers;

        public Own(nn.Module<Tensor, Tensor> layers)
            : base(nameof(Own))
        {
            this.layers = layers;
            RegisterComponents();
        }

        public override Tensor forward(Tensor images) => layers.CallMixed(images);
    }
}
