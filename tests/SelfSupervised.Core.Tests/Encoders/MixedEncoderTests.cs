using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Normalisation;

namespace SelfSupervised.Core.Tests.Encoders;

/// <summary>Encoders and heads in mixed precision: PyTorch's numbers, and what they keep to.</summary>
public sealed class MixedEncoderTests : IDisposable
{
    private static readonly Dictionary<string, Func<Generator?, Encoder>> s_encoders = new()
    {
        ["ResNet 18"] = generator => new ResNet(new ResNetLayout(18, baseWidth: 8), generator: generator),
        ["ResNet 50, CIFAR, split"] = generator => new ResNet(new ResNetLayout(50, ResNetStem.Cifar, baseWidth: 4) { BatchNormSplits = 2 }, generator: generator),
        ["ResNetV2 18, CIFAR"] = generator => new ResNetV2(new ResNetLayout(18, ResNetStem.Cifar, baseWidth: 4), generator: generator),
        ["ResNetV2 50"] = generator => new ResNetV2(new ResNetLayout(50, baseWidth: 4), generator: generator),
        ["SmallConvNet"] = generator => new SmallConvNet(baseWidth: 4, generator: generator),
        ["BranchingEncoder, ResNet 18"] = generator => BranchingEncoder.OfResNet(new ResNetLayout(18, baseWidth: 8), branches: 2, generator: generator),
        ["BranchingEncoder, SmallConvNet"] = generator => BranchingEncoder.OfSmallConvNet(branches: 2, baseWidth: 4, generator: generator, batchNormSplits: 2),
    };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = RandomTensors.Normal(1, [8, 3, 64, 64], ScalarType.Float32);

    public static TheoryData<string> Cases => new(Fixture.Load("mixed.json").Select(fixture => fixture.Name));

    public static TheoryData<string> Encoders => new(s_encoders.Keys);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_PyTorchCase_IsPyTorchsAutocast(string name)
    {
        var fixture = Fixture.Load("mixed.json").Single(one => one.Name == name);
        var (module, shape) = Build(name);
        using var disposed = module;
        var (mixed, plain) = (Run(module, shape, fixture, ScalarType.BFloat16), Run(Build(name).Module, shape, fixture, ScalarType.Float32));
        foreach (var (key, value) in mixed)
        {
            value.dtype.Should().Be(key == "output" && IsLayer(name) ? ScalarType.BFloat16 : ScalarType.Float32);
            var expected = fixture.Tensor(key);

            // Convolutions of libtorch 1.13, which the fixture is of, round partial sums, later ones don't. A layer or a head is moved little by it, an
            // untrained deep network as much as by Float32.
            var most = name.StartsWith('v') ? 2 * Distance(plain[key], expected) : 0.01;
            Distance(value, expected).Should().BeLessThan(most, key);
            Distance(value, plain[key]).Should().BePositive(key);
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Forward_InAScope_HasTheImagesTypeAndIsNearFloat32(string name)
    {
        var (features, gradient) = Evaluate(Encoder(name), ScalarType.BFloat16);
        var (expected, expectedGradient) = Evaluate(Encoder(name), ScalarType.Float32);
        features.dtype.Should().Be(ScalarType.Float32);
        Distance(features, expected).Should().BePositive().And.BeLessThan(0.05);

        // A deep network's first gradients are so sensitive that rounding its weights and nothing else moves them by a tenth: that is the measure.
        var (_, roundedGradient) = Evaluate(Rounded(Encoder(name)), ScalarType.Float32);
        var distance = Distance(gradient, expectedGradient);
        distance.Should().BePositive().And.BeLessThan(5 * Distance(roundedGradient, expectedGradient));
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Forward_TrainingInAScope_KeepsStatisticsInFloat32(string name)
    {
        using var encoder = Encoder(name);
        using var twin = Encoder(name);
        Mixed(() => encoder.call(_images));
        twin.call(_images);
        foreach (var (buffer, other) in encoder.buffers().Zip(twin.buffers()))
        {
            buffer.dtype.Should().Be(other.dtype);
            Distance(buffer, other).Should().BeLessThan(0.25, "the maps were rounded on their way");
        }
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Forward_InAScope_EveryConvolutionTakesPart(string name)
    {
        using var encoder = Encoder(name);
        var before = MixedPrecision.Conversions;
        Mixed(() => encoder.call(_images));
        var convolutions = encoder.parameters().Count(parameter => parameter.dim() == 4);
        (MixedPrecision.Conversions - before).Should().Be(convolutions + 1, "weights and images are converted, nothing between them");
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void StageOutputs_InAScope_HaveTheImagesTypeAndPoolToTheFeatures(string name)
    {
        using var encoder = Encoder(name);
        encoder.eval();
        using var precision = MixedPrecision.Enable(ScalarType.BFloat16);
        var maps = encoder.StageOutputs(_images);
        maps.Should().OnlyContain(map => map.dtype == ScalarType.Float32);
        TensorAssert.Same(encoder.Pool(maps[^1]), encoder.call(_images));
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Forward_InAScope_LeavesOnlyTheResult(string name)
    {
        using var encoder = Encoder(name);
        using var precision = MixedPrecision.Enable(ScalarType.BFloat16);
        LeakCheck.OnlyResult(() => encoder.call(_images), _images);
        LeakCheck.NothingLeft(
            () =>
            {
                using var scope = NewDisposeScope();
                encoder.StageOutputs(_images)[^1].sum().backward();
                encoder.zero_grad();
            },
            _images);
    }

    [Fact]
    public void Forward_InAScope_Float64StaysAndBFloat16IsTaken()
    {
        using var encoder = new SmallConvNet(baseWidth: 4);
        encoder.eval();
        var narrow = _images.to(ScalarType.BFloat16);
        encoder.Invoking(one => one.call(narrow)).Should().ThrowExactly<ArgumentException>().WithMessage("Expected `images` to be Float32 like*but got BFloat16.");
        Mixed(() => encoder.call(narrow)).dtype.Should().Be(ScalarType.BFloat16);

        encoder.to(ScalarType.Float64);
        var wide = _images.@double();
        TensorAssert.Same(Mixed(() => encoder.call(wide)), encoder.call(wide));
    }

    [Fact]
    public void ProjectionHead_InAScope_TakesEitherTypeAndReturnsIt()
    {
        using var head = ProjectionHead.SimClrV2(8, 4);
        var features = RandomTensors.Normal(1, [6, 8], ScalarType.Float32);
        var expected = head.call(features);
        var before = MixedPrecision.Conversions;
        var embeddings = Mixed(() => head.call(features));
        (MixedPrecision.Conversions - before).Should().Be(4, "three layers and the features");
        Distance(embeddings, expected).Should().BePositive().And.BeLessThan(0.02);
        embeddings.dtype.Should().Be(ScalarType.Float32);
        using var precision = MixedPrecision.Enable(ScalarType.BFloat16);
        head.call(features.to(ScalarType.BFloat16)).dtype.Should().Be(ScalarType.BFloat16);
        LeakCheck.OnlyResult(() => head.call(features), features);
    }

    [Fact]
    public void Classify_InAScope_TakesPart()
    {
        using var network = new ResNet(new ResNetLayout(18, ResNetStem.Cifar, baseWidth: 2), classes: 5);
        network.eval();
        var expected = network.Classify(_images);
        var logits = Mixed(() => network.Classify(_images));
        logits.dtype.Should().Be(ScalarType.Float32);
        Distance(logits, expected).Should().BePositive().And.BeLessThan(0.02);
    }

    [Fact]
    public void EmbeddingSpaces_InAScope_EveryHeadTakesPart()
    {
        using var spaces = new EmbeddingSpaces(new SmallConvNet(baseWidth: 2), [ProjectionHead.MoCoV2(8, 4), ProjectionHead.MoCoV2(8, 4)]);
        var before = MixedPrecision.Conversions;
        Mixed(() => spaces.call(_images)).dtype.Should().Be(ScalarType.Float32);
        (MixedPrecision.Conversions - before).Should().Be((3 + 1) + (2 * (4 + 1)), "weights, biases, and what enters encoder and heads");
    }

    [Fact]
    public void SplitBatchNorm2d_InAScope_IsThatOfTheSameNumbersInFloat32()
    {
        using var norm = new SplitBatchNorm2d(3, splits: 2);
        using var twin = new SplitBatchNorm2d(3, splits: 2);
        var maps = RandomTensors.Normal(1, [4, 3, 5, 5], ScalarType.BFloat16);
        norm.Invoking(one => one.call(maps)).Should().ThrowExactly<ArgumentException>();
        var (actual, expected) = (Mixed(() => norm.call(maps)), twin.call(maps.@float()));
        TensorAssert.Close(actual, expected.to(ScalarType.BFloat16), atol: 0.01, rtol: 0.01);
        foreach (var (name, buffer) in twin.named_buffers())
        {
            TensorAssert.Close(norm.get_buffer(name)!, buffer);
        }
    }

    [CudaFact]
    public void Forward_OnCudaInAScope_IsNearThatOnCpu()
    {
        foreach (var name in s_encoders.Keys)
        {
            var (onCpu, _) = Evaluate(Encoder(name), ScalarType.BFloat16);
            using var encoder = Encoder(name);
            encoder.cuda();
            encoder.eval();
            var onCuda = Mixed(() => encoder.call(_images.cuda()));
            onCuda.dtype.Should().Be(ScalarType.Float32);
            Distance(onCuda, onCpu).Should().BeLessThan(0.05, name);
            onCuda.sum().backward();
            TensorAssert.Finite(Gradient(encoder));
        }
    }

    private static Encoder Encoder(string name)
    {
        using var generator = new Generator(1);
        return s_encoders[name](generator);
    }

    private static Encoder Rounded(Encoder encoder)
    {
        using var noGradient = no_grad();
        foreach (var parameter in encoder.parameters())
        {
            parameter.copy_(parameter.to(ScalarType.BFloat16));
        }

        return encoder;
    }

    /// <summary>Features by the statistics that the encoder begins with, and the gradient of a weighted sum of them.</summary>
    private (Tensor Features, Tensor Gradient) Evaluate(Encoder encoder, ScalarType type)
    {
        using var disposed = encoder;
        encoder.eval();
        Tensor features;
        using (MixedPrecision.Enable(type))
        {
            features = encoder.call(_images);
        }

        features.mul(RandomTensors.Normal(2, features.shape, ScalarType.Float32)).sum().backward();
        return (features, Gradient(encoder));
    }

    private static Tensor Mixed(Func<Tensor> function)
    {
        using var precision = MixedPrecision.Enable(ScalarType.BFloat16);
        return function();
    }

    private static (nn.Module<Tensor, Tensor> Module, long[] Shape) Build(string name) => name switch
    {
        "Conv2d" => (nn.Conv2d(4, 6, (3, 2), stride: (2, 1), padding: (1, 2), dilation: (1, 2), groups: 2), [2, 4, 7, 6]),
        "Conv2d, same" => (nn.Conv2d(3, 2, 4, Padding.Same, bias: false), [2, 3, 5, 5]),
        "Conv1d" => (nn.Conv1d(4, 6, 3, 2, 1, 2, groups: 2), [2, 4, 9]),
        "Conv1d, same" => (nn.Conv1d(3, 2, 2, Padding.Same, bias: false), [2, 3, 5]),
        "Linear" => (nn.Linear(6, 4), [5, 6]),
        "MoCoV2" => (ProjectionHead.MoCoV2(6, 4), [5, 6]),
        "SimClrV2" => (ProjectionHead.SimClrV2(6, 4), [5, 6]),
        "v1, 18, ImageNet" => (new ResNet(new ResNetLayout(18, baseWidth: 4)), [3, 3, 64, 64]),
        "v1, 50, CIFAR" => (new ResNet(new ResNetLayout(50, ResNetStem.Cifar, baseWidth: 2)), [4, 3, 16, 16]),
        _ => (new ResNetV2(new ResNetLayout(18, ResNetStem.Cifar, baseWidth: 4)), [4, 3, 16, 16]),
    };

    private static bool IsLayer(string name) => name == "Linear" || name.StartsWith("Conv", StringComparison.Ordinal);

    /// <summary>What the fixture has, computed here.</summary>
    private static Dictionary<string, Tensor> Run(nn.Module<Tensor, Tensor> module, long[] shape, Fixture fixture, ScalarType type)
    {
        Formula.Fill(module);
        var images = Formula.Values("images", shape).@float().requires_grad_();
        Tensor output;
        using (MixedPrecision.Enable(type))
        {
            output = module.CallMixed(images);
        }

        (output.@float() * Formula.Values("weights", output.shape).@float()).sum().backward();
        var step = TensorIndex.Slice(step: (int)fixture.Number("grid"));
        var gradient = shape.Length == 4 ? images.grad![TensorIndex.Ellipsis, step, step] : images.grad!;
        var all = new Dictionary<string, Tensor> { ["output"] = output, ["images.grad"] = gradient };
        foreach (var (name, parameter) in module.named_parameters().Where(entry => fixture.Has($"{entry.name}.grad")))
        {
            all[$"{name}.grad"] = parameter.grad!;
        }

        foreach (var (name, buffer) in module.named_buffers().Where(entry => fixture.Has(entry.name)))
        {
            all[name] = buffer;
        }

        return all;
    }

    /// <summary>The 2-norm of the difference, as a share of the expected tensor's.</summary>
    private static double Distance(Tensor actual, Tensor expected)
    {
        var other = expected.detach().cpu().@double();
        return actual.detach().cpu().@double().sub(other).norm().div(other.norm()).item<double>();
    }

    private static Tensor Gradient(nn.Module module)
    {
        module.parameters().Should().OnlyContain(parameter => parameter.grad!.dtype == ScalarType.Float32);
        return cat([.. module.parameters().Select(parameter => parameter.grad!.flatten())]);
    }
}
