using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Tests.Views;
using SelfSupervised.Core.Viewmaker;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Methods;

/// <summary>Methods whose images are embedded in parts: the whole batch's loss and gradients, and the whole batch's traces.</summary>
public sealed class GradientCacheMethodTests
{
    private const int Images = 10;

    private static readonly ImageShape s_shape = new(3, 16, 16);
    private static readonly ViewPlan s_views = new([new ViewPipeline(new RandomCrop(14, 14)), new ViewPipeline(new RandomCrop(14, 14), new RandomHorizontalFlip())]);

    private static readonly MoCoOptions s_queue = new() { QueueCapacity = 17, Dimension = 8, Temperature = 0.2 };

    public static TheoryData<string, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (var name in new[] { "SimClr", "three views", "MoCo", "MoCo, symmetric", "LooC", "MoCoPlusPlus", "InstanceDiscrimination", "all instances", "MeanTeacher", "game, reversed" })
            {
                cases.Add(name, 0, 4);
            }

            foreach (var name in new[] { "game of SimClr", "game of MoCo" })
            {
                cases.Add(name, 0, 4);
                cases.Add(name, 1, 3);
            }

            cases.Add("SimClr", 0, 1);
            cases.Add("MoCo", 0, 7);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_Float32_IsTheWholeBatch(string name, int player, int microBatch) => IsTheWholeBatch(name, player, microBatch, float32, 1e-5);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Backward_Float64_IsTheWholeBatch(string name, int player, int microBatch) => IsTheWholeBatch(name, player, microBatch, float64, 1e-10);

    private static void IsTheWholeBatch(string name, int player, int microBatch, ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var whole = Method(name);
        using var cached = Method(name);
        whole.to(type);
        cached.to(type);
        // Of two steps, so that the second meets what the first left.
        for (var step = 0; step < 2; step++)
        {
            whole.zero_grad();
            cached.zero_grad();
            var batch = Batch(type, step, player);
            var expected = whole.Compute(batch, player);
            expected.Loss.mul(0.5).backward();
            var output = GradientCache.Backward(cached, batch, microBatch, player, weight: 0.5);

            output.Loss.requires_grad.Should().BeFalse();
            TensorAssert.Close(output.Loss, expected.Loss.detach(), tolerance, tolerance);
            output.Embeddings.Should().HaveCount(expected.Embeddings.Count).And.OnlyContain(one => !one.requires_grad);
            foreach (var (one, other) in output.Embeddings.Zip(expected.Embeddings))
            {
                TensorAssert.Close(one, other, tolerance, tolerance);
            }

            output.Metrics.Keys.Should().Equal(expected.Metrics.Keys);
            output.Metrics.Keys.All(key => Same(output.Metrics[key], expected.Metrics[key])).Should().BeTrue();
            SameGradients(cached, whole, player, tolerance);
            whole.AfterStep(player);
            cached.AfterStep(player);
            foreach (var ((key, one), (_, other)) in cached.state_dict().Zip(whole.state_dict()))
            {
                // Keys stay Float32.
                TensorAssert.Close(one, other, Math.Max(tolerance, one.dtype == float64 ? 0 : 1e-5), tolerance);
            }
        }
    }

    [Fact]
    public void Backward_BatchNoLarger_GivesTheSameBits()
    {
        using var scope = NewDisposeScope();
        using var whole = BatchNormed();
        using var cached = BatchNormed();
        whole.Compute(Batch(float32)).Loss.backward();
        GradientCache.Backward(cached, Batch(float32), microBatch: Images);
        SameGradients(cached, whole, 0, 0);
    }

    [Fact]
    public void Backward_BatchNorm_MovesOncePerPartByThePartsStatistics()
    {
        using var scope = NewDisposeScope();
        using var cached = BatchNormed();
        using var once = BatchNormed();
        var batch = Batch(float32);
        GradientCache.Backward(cached, batch, microBatch: 4);
        foreach (var (first, end) in new[] { (0, 3), (3, 6), (6, 10) })
        {
            once.Compute(batch with { Images = batch.Images[first..end], Indices = batch.Indices[first..end] });
        }

        foreach (var ((_, buffer), (_, expected)) in cached.named_buffers().Zip(once.named_buffers()))
        {
            TensorAssert.Same(buffer, expected);
        }

        TensorAssert.Close(cached.Encoder.get_buffer("layer1.1.num_batches_tracked")!, 3);
        TensorAssert.Close(cached.KeyEncoder.Module.get_buffer("layer1.1.num_batches_tracked")!, 3);
        cached.AfterStep();
        cached.Queue.Count.Should().Be(Images);
        TensorAssert.Close(cached.Queue.Indices(), [.. Enumerable.Range(0, Images).Select(image => (double)image)], [Images]);
    }

    [Theory]
    [InlineData("SimClr", 0)]
    [InlineData("MoCo, symmetric", 0)]
    [InlineData("LooC", 0)]
    [InlineData("MoCoPlusPlus", 0)]
    [InlineData("InstanceDiscrimination", 0)]
    [InlineData("MeanTeacher", 0)]
    [InlineData("game of MoCo", 0)]
    [InlineData("game of MoCo", 1)]
    public void Backward_Lifetimes_AreTheCallers(string name, int player)
    {
        using var method = Method(name);
        var batch = Batch(float32, step: 1, player);
        foreach (var microBatch in new[] { 4, Images })
        {
            LeakCheck.NothingLeft(
                () =>
                {
                    using var output = GradientCache.Backward(method, batch, microBatch, player);
                    method.zero_grad();
                    method.AfterStep(player);
                },
                batch.Images);
        }

        batch.Images.Dispose();
    }

    [Fact]
    public void Backward_BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        using var method = Method("SimClr");
        var batch = Batch(float32);
        FluentActions.Invoking(() => GradientCache.Backward(null!, batch, 4)).Should().Throw<ArgumentNullException>().WithParameterName("method");
        FluentActions.Invoking(() => GradientCache.Backward(method, null!, 4)).Should().Throw<ArgumentNullException>().WithParameterName("batch");
        FluentActions.Invoking(() => GradientCache.Backward(method, batch, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("microBatch");
        FluentActions.Invoking(() => GradientCache.Backward(method, batch, 4, player: 1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("player");
        FluentActions.Invoking(() => GradientCache.Backward(method, batch, 4, weight: double.NaN)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("weight");
        FluentActions.Invoking(() => GradientCache.Backward(method, batch with { Indices = Examples.Indices(9) }, 4)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `batch` to have an index for each of its 10 images, but it has 9.*");
        FluentActions.Invoking(() => GradientCache.Backward(method, batch with { Images = batch.Images[0] }, 4)).Should().ThrowExactly<ArgumentException>();
        var gone = Batch(float32);
        gone.Images.Dispose();
        FluentActions.Invoking(() => GradientCache.Backward(method, gone, 4)).Should().Throw<ObjectDisposedException>();

        var views = Learned();
        using var over = new AdversarialViews(views, _ => new Inseparable());
        over.IsSeparable.Should().BeFalse();
        FluentActions.Invoking(() => GradientCache.Backward(over, batch, 4)).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `method` to be separable, but AdversarialViews is made of one that is not.*");
        using var other = new AdversarialViews(views, _ => (PretrainingMethod)Method("SimClr"));
        other.IsSeparable.Should().BeTrue();
        FluentActions.Invoking(() => GradientCache.Backward(other, batch, 4, player: 1)).Should().ThrowExactly<InvalidOperationException>()
            .WithMessage("Expected an embedding to require a gradient, but none does.", "the method has other views than the viewmaker's");
    }

    private static bool Same(Tensor one, Tensor other)
    {
        var (x, y) = (TensorAssert.Values(one)[0], TensorAssert.Values(other)[0]);
        return (double.IsNaN(x) && double.IsNaN(y)) || Math.Abs(x - y) < 1e-5;
    }

    private static void SameGradients(PretrainingMethod actual, PretrainingMethod expected, int player, double tolerance)
    {
        actual.TrainedParameters(player).Sum(entry => TensorAssert.Values(entry.Parameter.grad!).Sum(Math.Abs)).Should().BeGreaterThan(1e-3);
        foreach (var ((name, one), (_, other)) in actual.named_parameters().Zip(expected.named_parameters()))
        {
            (one.grad is null).Should().Be(other.grad is null, "{0} is one player's", name);
            if (other.grad is not null)
            {
                TensorAssert.Close(one.grad!, other.grad, tolerance, tolerance);
            }
        }
    }

    private static PretrainingBatch Batch(ScalarType type, int step = 0, int pass = 0)
    {
        using var bytes = Examples.Bytes(step + 1, Images, s_shape);
        using var images = bytes.to(type);
        return new(images.div(255), Examples.Indices(Images), step, WithMetrics: true, pass);
    }

    private static LearnedViews Learned()
    {
        using var weights = new Generator(3);
        return new LearnedViews(new ViewmakerNetwork(new ViewmakerOptions { BaseWidth = 4, ResidualBlocks = 1 }, weights), 2, s_views, new ViewPipeline(Normalize.Cifar10));
    }

    private static MoCo BatchNormed()
    {
        using var weights = new Generator(1);
        return new MoCo(() => new SmallConvNet(4, generator: weights), () => ProjectionHead.SimClrV1Code(16, 8, weights), s_views, s_queue, seed: 3);
    }

    private static MoCo MoCo(IViews views, MoCoOptions? options = null) =>
        new(() => NoBatchNorm.Encoder(), () => NoBatchNorm.Head(), views, options ?? s_queue, seed: 3);

    private static SeparableMethod Method(string name)
    {
        var looc = LooCViews.Cifar(new RightAngleRotation(), size: 16);
        return name switch
        {
            "SimClr" => new SimClr(NoBatchNorm.Encoder(), NoBatchNorm.Head(), s_views, 0.3, seed: 3),
            "three views" => new SimClr(NoBatchNorm.Encoder(), NoBatchNorm.Head(), ViewPlan.Repeated(s_views.Pipelines[1], 3), 0.3, seed: 3),
            "MoCo" => MoCo(s_views),
            "MoCo, symmetric" => MoCo(s_views, s_queue with { Symmetric = true, ShuffleKeys = true, ExcludeSameImage = true }),
            "LooC" => new LooC(
                () => NoBatchNorm.Encoder(),
                () => NoBatchNorm.Head(),
                ViewPlan.LeaveOneOut(looc.Pipeline, looc.Color, looc.Rotation),
                new LooCOptions { MoCo = s_queue with { ShuffleKeys = true }, Queues = QueueContents.AllViews },
                seed: 3),
            "MoCoPlusPlus" => new MoCoPlusPlus(() => NoBatchNorm.Encoder(), () => NoBatchNorm.Head(), s_views, s_queue, seed: 3),
            "InstanceDiscrimination" => Instances(new InstanceDiscriminationOptions { Temperature = 0.2, Negatives = 6, ProximalWeight = 0.1, Seed = 5 }),
            "all instances" => Instances(new InstanceDiscriminationOptions { Temperature = 0.2, Negatives = 0, Seed = 5 }),
            "MeanTeacher" => new MeanTeacher(
                () => NoBatchNorm.Encoder(), () => NoBatchNorm.Head(3), s_views, [0, -1, 2, -1, -1, 1, -1, 0, -1, -1], new MeanTeacherOptions { RampUpSteps = 0 }, seed: 3),
            "game of SimClr" => new AdversarialViews(Learned(), views => new SimClr(NoBatchNorm.Encoder(), NoBatchNorm.Head(), views, 0.3, seed: 3), weight: 0.7),
            "game of MoCo" => new AdversarialViews(Learned(), views => MoCo(views)),
            "game, reversed" => new AdversarialViews(
                Learned(), views => new SimClr(NoBatchNorm.Encoder(), NoBatchNorm.Head(), views, 0.3, seed: 3), weight: 0.7, gradientReversal: true),
            _ => throw new ArgumentException($"There is no method {name}."),
        };
    }

    private static InstanceDiscrimination Instances(InstanceDiscriminationOptions options) => new(
        NoBatchNorm.Encoder(), NoBatchNorm.Head(), new ViewPlan([s_views.Pipelines[1]]), new MemoryBank(Images, 8, seed: 5), options);

    /// <summary>A method that doesn't say how it embeds.</summary>
    private sealed class Inseparable : PretrainingMethod
    {
        private readonly nn.Module<Tensor, Tensor> encoder = NoBatchNorm.Encoder();

        public Inseparable()
            : base(nameof(Inseparable)) => RegisterComponents();

        public override nn.Module<Tensor, Tensor> Encoder => encoder;

        public override MethodOutput Compute(PretrainingBatch batch, int player = 0) => throw new NotSupportedException();
    }
}
