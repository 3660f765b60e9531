using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Encoders;

namespace SelfSupervised.Core.Tests.Encoders;

/// <summary>What every encoder keeps to: shapes, modes, determinism, lifetimes and the checks at its door.</summary>
public sealed class EncoderTests : IDisposable
{
    private static readonly Dictionary<string, Func<Generator?, Encoder>> s_encoders = new()
    {
        ["ResNet 18"] = generator => new ResNet(new ResNetLayout(18, baseWidth: 4), generator: generator),
        ["ResNet 50, CIFAR"] = generator => new ResNet(new ResNetLayout(50, ResNetStem.Cifar, baseWidth: 2), classes: 3, generator: generator),
        ["ResNetV2 18, CIFAR"] = generator => new ResNetV2(new ResNetLayout(18, ResNetStem.Cifar, baseWidth: 4), generator: generator),
        ["ResNetV2 50"] = generator => new ResNetV2(new ResNetLayout(50, baseWidth: 2), generator: generator),
        ["SmallConvNet"] = generator => new SmallConvNet(baseWidth: 4, generator: generator),
        ["BranchingEncoder, ResNet 18"] = generator => BranchingEncoder.OfResNet(new ResNetLayout(18, baseWidth: 4), branches: 3, generator: generator),
        ["BranchingEncoder, SmallConvNet"] = generator => BranchingEncoder.OfSmallConvNet(branches: 2, baseWidth: 4, generator: generator),
    };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = RandomTensors.Normal(1, [4, 3, 32, 32], ScalarType.Float32);

    public static TheoryData<string> Encoders => new(s_encoders.Keys);

    public static TheoryData<string, int> EncodersAndSizes
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (var name in s_encoders.Keys)
            {
                data.Add(name, 32);
                data.Add(name, 40);
                data.Add(name, 64);
            }

            data.Add("ResNet 18", 224);
            data.Add("ResNetV2 50", 224);
            data.Add("SmallConvNet", 224);
            return data;
        }
    }

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(EncodersAndSizes))]
    public void StageOutputs_AnySize_HaveTheStatedChannelsAndStride(string name, int size)
    {
        using var encoder = s_encoders[name](null);
        encoder.eval();
        var images = RandomTensors.Normal(2, [1, 3, size, size + 8], ScalarType.Float32);
        var maps = encoder.StageOutputs(images);

        maps.Select(map => map.shape[1]).Should().Equal(encoder.StageChannels);
        maps[^1].shape[2..].Should().Equal((size + encoder.Stride - 1) / encoder.Stride, (size + 8 + encoder.Stride - 1) / encoder.Stride);
        maps.Zip(maps.Skip(1)).Should().OnlyContain(pair => pair.Second.shape[2] == (pair.First.shape[2] + 1) / 2, "each stage halves the size");
        encoder.call(images).shape.Should().Equal(1, encoder.FeatureDimension);
        TensorAssert.Same(encoder.Pool(maps[^1]), encoder.call(images));
        TensorAssert.Close(encoder.call(images), maps[^1].flatten(2).mean([2]));
    }

    [Theory]
    [InlineData(18, 64, 512)]
    [InlineData(34, 128, 1024)]
    [InlineData(50, 64, 2048)]
    [InlineData(50, 16, 512)]
    [InlineData(101, 128, 4096)]
    public void FeatureDimension_OfResNets_FollowsTheBaseWidth(int depth, long baseWidth, long expected)
    {
        var layout = new ResNetLayout(depth, baseWidth: baseWidth);
        layout.StageChannels.Should().Equal(expected / 8, expected / 4, expected / 2, expected);
        layout.Should().Be(new ResNetLayout(depth, baseWidth: baseWidth));
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Forward_TrainingAndNot_UsesBatchStatisticsAndRunningOnes(string name)
    {
        using var encoder = s_encoders[name](null);
        var trained = encoder.call(_images);
        TensorAssert.Close(encoder.call(_images), trained, atol: 1e-5, rtol: 1e-4);
        encoder.buffers().Where(buffer => buffer.dtype == ScalarType.Int64).Should().OnlyContain(count => count.item<long>() == 2);

        encoder.eval();
        var evaluated = encoder.call(_images);
        evaluated.allclose(trained, rtol: 1e-3, atol: 1e-3).Should().BeFalse("running statistics have not reached the batch's");
        TensorAssert.Close(encoder.call(_images[TensorIndex.Slice(0, 1)]), evaluated[TensorIndex.Slice(0, 1)], atol: 1e-5, rtol: 1e-4);
        encoder.buffers().Where(buffer => buffer.dtype == ScalarType.Int64).Should().OnlyContain(count => count.item<long>() == 2);
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Constructor_EqualGenerators_GiveTheSameBits(string name)
    {
        using var first = new Generator(7);
        using var second = new Generator(7);
        using var third = new Generator(8);
        using var encoder = s_encoders[name](first);
        using var twin = s_encoders[name](second);
        using var other = s_encoders[name](third);
        foreach (var (key, value) in encoder.state_dict())
        {
            TensorAssert.Same(twin.state_dict()[key], value);
        }

        TensorAssert.Same(twin.call(_images), encoder.call(_images));
        other.call(_images).allclose(encoder.call(_images)).Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Constructor_InsideAScope_LeavesNothingInItAndSurvivesIt(string name)
    {
        Encoder encoder;
        using (var scope = NewDisposeScope())
        {
            encoder = s_encoders[name](null);
            scope.DisposablesCount.Should().Be(0);
        }

        encoder.call(_images).shape.Should().Equal(4, encoder.FeatureDimension);
        encoder.Dispose();
        LeakCheck.NothingLeft(() => s_encoders[name](null).Dispose());
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Forward_And_Backward_LeaveOnlyTheResult(string name)
    {
        using var encoder = s_encoders[name](null);
        LeakCheck.OnlyResult(() => encoder.call(_images), _images);
        LeakCheck.NothingLeft(
            () =>
            {
                foreach (var map in encoder.StageOutputs(_images))
                {
                    map.Dispose();
                }
            },
            _images);
        LeakCheck.NothingLeft(
            () =>
            {
                using var scope = NewDisposeScope();
                encoder.call(_images).sum().backward();
                encoder.zero_grad();
            },
            _images);
    }

    [Theory]
    [MemberData(nameof(Encoders))]
    public void Backward_ReachesEveryParameterOfTheTrunk(string name)
    {
        using var encoder = s_encoders[name](null);
        encoder.call(_images).square().sum().backward();
        var trunk = encoder.named_parameters().Where(entry => !entry.name.StartsWith("fc.", StringComparison.Ordinal)).ToList();
        trunk.Should().NotBeEmpty();
        trunk.ForEach(entry => TensorAssert.Finite(entry.parameter.grad!));
    }

    [Fact]
    public void SmallConvNet_Gradient_EqualsFiniteDifferences()
    {
        using var encoder = new SmallConvNet(baseWidth: 2, inputChannels: 1);
        Formula.Fill(encoder).to(ScalarType.Float64).eval();
        GradientCheck.Verify(inputs => encoder.call(inputs[0]), [RandomTensors.Normal(3, [2, 1, 8, 8], requiresGrad: true)]);
    }

    [Fact]
    public void SmallConvNet_Parameters_HaveTheStatedNames()
    {
        using var encoder = new SmallConvNet();
        encoder.named_parameters().Select(entry => entry.name).Should().Equal(
            Enumerable.Range(1, 3).SelectMany(i => new[] { $"layer{i}.0.weight", $"layer{i}.1.weight", $"layer{i}.1.bias" }));
        (encoder.FeatureDimension, encoder.InputChannels, encoder.Stride).Should().Be((128, 3, 8));
        FluentActions.Invoking(() => new SmallConvNet(0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("baseWidth");
        FluentActions.Invoking(() => new SmallConvNet(4, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("inputChannels");
    }

    [Fact]
    public void Forward_AfterMovingToDouble_TakesDouble()
    {
        using var encoder = s_encoders["ResNet 50, CIFAR"](null);
        encoder.to(ScalarType.Float64).eval();
        encoder.call(_images.@double()).dtype.Should().Be(ScalarType.Float64);
    }

    [CudaFact]
    public void Forward_OnCuda_EqualsThatOnCpu()
    {
        foreach (var name in s_encoders.Keys)
        {
            using var encoder = s_encoders[name](null);
            encoder.eval();
            var onCpu = encoder.call(_images);
            encoder.cuda();
            encoder.Invoking(one => one.call(_images)).Should().ThrowExactly<ArgumentException>().WithMessage("*on cuda:0 like*but it is on cpu.");
            TensorAssert.Close(encoder.call(_images.cuda()).cpu(), onCpu, atol: 1e-3, rtol: 1e-3);
        }
    }
}
