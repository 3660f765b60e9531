using System.Text.Json;
using SelfSupervised.Core.Encoders;

namespace SelfSupervised.Core.Tests.Encoders;

/// <summary>Names, counts and numbers: torchvision's.</summary>
public sealed class ResNetTests
{
    public static TheoryData<string> Cases => new(Fixture.Load("encoders.json").Select(fixture => fixture.Name));

    [Theory]
    [InlineData(18, 11_689_512)]
    [InlineData(34, 21_797_672)]
    [InlineData(50, 25_557_032)]
    [InlineData(101, 44_549_160)]
    public void Parameters_WithThousandClasses_AreAsManyAsPublished(int depth, long expected)
    {
        using var network = new ResNet(new ResNetLayout(depth), classes: 1000);
        Count(network).Should().Be(expected);
    }

    [Theory]
    [InlineData(18, ResNetStem.ImageNet, 11_176_512)]
    [InlineData(18, ResNetStem.Cifar, 11_168_832)]
    [InlineData(50, ResNetStem.ImageNet, 23_508_032)]
    public void Parameters_OfTheTrunk_AreAsManyAsPublished(int depth, ResNetStem stem, long expected)
    {
        using var network = new ResNet(new ResNetLayout(depth, stem));
        Count(network).Should().Be(expected);
    }

    [Theory]
    [InlineData(18)]
    [InlineData(50)]
    public void StateDict_NamesShapesAndOrder_AreTorchvisions(int depth)
    {
        using var network = new ResNet(new ResNetLayout(depth), classes: 1000);
        var file = Path.Combine(AppContext.BaseDirectory, "Fixtures", "torchvision-resnets.json");
        var expected = JsonSerializer.Deserialize<Dictionary<string, Dictionary<string, long[]>>>(File.ReadAllText(file))![$"resnet{depth}"];

        network.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.shape).Should().BeEquivalentTo(expected);
        var parameters = network.named_parameters().Select(entry => entry.name).ToList();
        parameters.Should().Equal(expected.Keys.Where(parameters.Contains));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_PyTorchCase_EqualsPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixture.Load("encoders.json").Single(one => one.Name == name);
        using var encoder = Build(name);
        var (batch, size) = ((long)fixture.Number("batch"), (long)fixture.Number("size"));
        var step = size / (int)fixture.Tensor("gradient").shape[^1];
        Formula.AssertEquals(
            encoder, fixture, Formula.Values("images", batch, 3, size, size),
            gradient => gradient[TensorIndex.Ellipsis, TensorIndex.Slice(step: step), TensorIndex.Slice(step: step)]);
    }

    [Fact]
    public void Classify_IsTheLastLayerOfTheFeatures()
    {
        using var scope = NewDisposeScope();
        using var network = new ResNet(new ResNetLayout(18, ResNetStem.Cifar, baseWidth: 2), classes: 5);
        network.eval();
        var images = RandomTensors.Normal(1, [2, 3, 16, 16], ScalarType.Float32);
        var (weight, bias) = (network.get_parameter("fc.weight")!, network.get_parameter("fc.bias")!);
        TensorAssert.Close(network.Classify(images), network.call(images).mm(weight.t()) + bias);
        LeakCheck.OnlyResult(() => network.Classify(images), images);
    }

    [Fact]
    public void Classify_WithoutClasses_Throws()
    {
        using var scope = NewDisposeScope();
        using var network = new ResNet(new ResNetLayout(18, ResNetStem.Cifar, baseWidth: 2));
        network.Invoking(one => one.Classify(zeros(2, 3, 16, 16))).Should().Throw<InvalidOperationException>();
    }

    [Theory]
    [InlineData(18)]
    [InlineData(50)]
    public void ZeroInitialise_LastScales_MakeEachBlockReluOfItsShortcut(int depth)
    {
        using var scope = NewDisposeScope();
        using var network = new ResNet(new ResNetLayout(depth, ResNetStem.Cifar, baseWidth: 2), zeroInitialise: true);
        network.eval();
        var images = RandomTensors.Normal(1, [2, 3, 16, 16], ScalarType.Float32);
        var map = (nn.functional.conv2d(images, network.get_parameter("conv1.weight")!, padding: [1]) / Math.Sqrt(1 + 1e-5)).relu();
        if (depth == 50)
        {
            map = (nn.functional.conv2d(map, network.get_parameter("layer1.0.downsample.0.weight")!) / Math.Sqrt(1 + 1e-5)).relu();
        }

        TensorAssert.Close(network.StageOutputs(images)[0], map);
        var last = depth == 18 ? ".bn2.weight" : ".bn3.weight";
        foreach (var (name, scale) in network.named_parameters().Where(entry => entry.name.Contains("bn", StringComparison.Ordinal)))
        {
            var expected = name.EndsWith(last, StringComparison.Ordinal) || name.EndsWith("bias", StringComparison.Ordinal) ? 0 : 1;
            TensorAssert.Close(scale, Enumerable.Repeat((double)expected, (int)scale.shape[0]).ToArray(), scale.shape);
        }
    }

    [Fact]
    public void Initialisation_OfConvolutions_IsKaimingNormalByFanOut()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        using var network = new ResNet(new ResNetLayout(18), generator: generator);
        var weight = network.get_parameter("layer4.1.conv2.weight")!;
        TensorAssert.Close(weight.mean(), 0, atol: 2e-4);
        TensorAssert.Close(weight.std(), Math.Sqrt(2.0 / (512 * 9)), rtol: 5e-3);
        TensorAssert.Close((weight.abs() < weight.std()).@double().mean(), 0.6827, atol: 2e-3);
    }

    [Theory]
    [InlineData(0, ResNetStem.ImageNet, 64, 3, "depth", "Expected `depth` to be 18, 34, 50, 101 or 152, but got 0.*")]
    [InlineData(18, (ResNetStem)7, 64, 3, "stem", "Expected `stem` to be ImageNet or Cifar, but got 7.*")]
    [InlineData(18, ResNetStem.Cifar, 0, 3, "baseWidth", "Expected `baseWidth` to be at least 1, but got 0.*")]
    [InlineData(18, ResNetStem.Cifar, -4, 3, "baseWidth", "Expected `baseWidth` to be at least 1, but got -4.*")]
    [InlineData(18, ResNetStem.Cifar, 64, 0, "inputChannels", "Expected `inputChannels` to be at least 1, but got 0.*")]
    public void Layout_BadNumbers_Throws(int depth, ResNetStem stem, long width, long channels, string name, string message) =>
        FluentActions.Invoking(() => new ResNetLayout(depth, stem, width, channels)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName(name).WithMessage(message);

    [Fact]
    public void Constructor_BadArguments_Throws()
    {
        FluentActions.Invoking(() => new ResNet(null!)).Should().Throw<ArgumentNullException>().WithParameterName("layout");
        FluentActions.Invoking(() => new ResNetV2(null!)).Should().Throw<ArgumentNullException>().WithParameterName("layout");
        FluentActions.Invoking(() => new ResNet(new ResNetLayout(18), classes: -1)).Should()
            .Throw<ArgumentOutOfRangeException>().WithParameterName("classes");
    }

    [Fact]
    public void ResNetV2_FirstBlockOfAStage_HasNoNormInItsShortcut()
    {
        using var network = new ResNetV2(new ResNetLayout(50, baseWidth: 2));
        network.state_dict().Keys.Where(key => key.StartsWith("layer2.0.downsample", StringComparison.Ordinal)).Should().Equal("layer2.0.downsample.weight");
        network.state_dict().Keys.Should().Contain(["conv1.weight", "layer1.0.bn1.running_mean", "layer4.2.conv3.weight", "bn.weight"]);
    }

    [Fact]
    public void ResNetV2_WithoutFinalActivation_HasFeaturesOfBothSigns()
    {
        using var scope = NewDisposeScope();
        var images = RandomTensors.Normal(1, [4, 3, 16, 16], ScalarType.Float32);
        using var active = new ResNetV2(new ResNetLayout(18, ResNetStem.Cifar, baseWidth: 2));
        using var signed = new ResNetV2(new ResNetLayout(18, ResNetStem.Cifar, baseWidth: 2), finalActivation: false);
        signed.load_state_dict(active.state_dict());
        var map = signed.StageOutputs(images)[3];
        map.min().item<float>().Should().BeNegative();
        TensorAssert.Same(active.StageOutputs(images)[3], map.relu());
    }

    private static Encoder Build(string name)
    {
        var depth = name.Contains("50", StringComparison.Ordinal) ? 50 : 18;
        var stem = name.EndsWith("CIFAR", StringComparison.Ordinal) ? ResNetStem.Cifar : ResNetStem.ImageNet;
        var layout = new ResNetLayout(depth, stem, baseWidth: depth == 18 ? 4 : 2);
        return name.StartsWith("v1", StringComparison.Ordinal) ? new ResNet(layout) : new ResNetV2(layout, finalActivation: depth == 18);
    }

    private static long Count(nn.Module module) => module.parameters().Sum(parameter => parameter.numel());
}
