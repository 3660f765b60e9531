using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Momentum;

namespace SelfSupervised.Core.Tests.Encoders;

/// <summary>What a branching encoder has beyond any other; the rest is in <see cref="EncoderTests"/>.</summary>
public sealed class BranchingEncoderTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = RandomTensors.Normal(1, [4, 3, 32, 32], float32);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(18, ResNetStem.ImageNet)]
    [InlineData(50, ResNetStem.Cifar)]
    public void OfResNet_OneBranchOrAnyOther_ComputesWhatAResNetOfItsWeightsDoes(int depth, ResNetStem stem)
    {
        var layout = new ResNetLayout(depth, stem, baseWidth: 2);
        using var branching = BranchingEncoder.OfResNet(layout, branches: 2);
        for (var branch = 0; branch < 2; branch++)
        {
            using var plain = new ResNet(layout);
            Copy(branching, plain, name => name.StartsWith("layer4", StringComparison.Ordinal) ? $"branches.{branch}{name[6..]}"
                : name.StartsWith("layer2", StringComparison.Ordinal) ? $"trunk.1{name[6..]}"
                : name.StartsWith("layer3", StringComparison.Ordinal) ? $"trunk.2{name[6..]}"
                : $"trunk.0.{name}");
            branching.eval();
            plain.eval();
            TensorAssert.Same(branching.BranchOf(branching.call(_images), branch), plain.call(_images));
        }

        branching.FeatureDimension.Should().Be(2 * branching.BranchDimension).And.Be(2 * layout.StageChannels[^1]);
    }

    [Fact]
    public void OfSmallConvNet_Branch_ComputesWhatASmallConvNetOfItsWeightsDoes()
    {
        using var branching = BranchingEncoder.OfSmallConvNet(branches: 3, baseWidth: 4);
        using var plain = new SmallConvNet(4);
        Copy(branching, plain, name => name[5] == '3' ? $"branches.2{name[6..]}" : $"trunk.{name[5] - '1'}{name[6..]}");
        TensorAssert.Same(branching.BranchOf(branching.call(_images), 2), plain.call(_images));
        (branching.Branches, branching.BranchDimension, branching.FeatureDimension).Should().Be((3, 16, 48));
        branching.StageChannels.Should().Equal(4, 8, 48);
        branching.state_dict().Keys.Where(key => key.EndsWith("0.weight", StringComparison.Ordinal)).Should().Equal(
            "trunk.0.0.weight", "trunk.1.0.weight", "branches.0.0.weight", "branches.1.0.weight", "branches.2.0.weight");
    }

    [Fact]
    public void Branches_InitialWeights_AreTheirOwn()
    {
        using var encoder = BranchingEncoder.OfSmallConvNet(branches: 2, baseWidth: 4);
        encoder.get_parameter("branches.0.0.weight")!.allclose(encoder.get_parameter("branches.1.0.weight")!).Should().BeFalse();
        TensorAssert.Values(encoder.BranchOf(encoder.call(_images), 0)).Should().NotEqual(TensorAssert.Values(encoder.BranchOf(encoder.call(_images), 1)));
    }

    [Fact]
    public void Backward_OneBranchsFeatures_LeavesTheOthersAlone()
    {
        using var encoder = BranchingEncoder.OfSmallConvNet(branches: 2, baseWidth: 4);
        encoder.BranchOf(encoder.call(_images), 1).sum().backward();
        encoder.get_parameter("branches.1.1.bias")!.grad!.abs().sum().item<float>().Should().BePositive();
        TensorAssert.Close(encoder.get_parameter("branches.0.1.bias")!.grad!.abs().sum(), 0);
        encoder.get_parameter("trunk.0.0.weight")!.grad.Should().NotBeNull();
    }

    [Fact]
    public void Constructor_OwnParts_AreComposed()
    {
        using var encoder = new BranchingEncoder(3, 2, [(nn.Conv2d(3, 5, 3, stride: 2, padding: 1), 5)], [nn.Conv2d(5, 2, 1), nn.Conv2d(5, 2, 1)], 2);
        encoder.call(_images).shape.Should().Equal(4, 4);
        using var copy = new MomentumEncoder(BranchingEncoder.OfSmallConvNet(2), () => BranchingEncoder.OfSmallConvNet(2));
        copy.call(_images).shape.Should().Equal(4, 256);
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var encoder = BranchingEncoder.OfSmallConvNet(branches: 2, baseWidth: 4);
        using var layer = nn.Identity();
        FluentActions.Invoking(() => BranchingEncoder.OfSmallConvNet(0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("branches");
        FluentActions.Invoking(() => BranchingEncoder.OfResNet(new ResNetLayout(18), 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("branches");
        FluentActions.Invoking(() => BranchingEncoder.OfResNet(null!, 1)).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new BranchingEncoder(3, 1, [], [layer], 2)).Should().ThrowExactly<ArgumentException>().WithParameterName("trunk");
        FluentActions.Invoking(() => new BranchingEncoder(3, 1, [(layer, 3)], [layer, layer], 2)).Should().ThrowExactly<ArgumentException>().WithParameterName("branches");
        FluentActions.Invoking(() => new BranchingEncoder(3, 1, [(layer, 3)], [], 2)).Should().ThrowExactly<ArgumentException>().WithParameterName("branches");
        encoder.Invoking(one => one.BranchOf(ones(2, 31), 0)).Should().ThrowExactly<ArgumentException>().WithMessage("Expected `features` to have shape [B, 32], but got [2, 31].*");
        encoder.Invoking(one => one.BranchOf(ones(2, 32), 2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("branch");
    }

    private static void Copy(BranchingEncoder from, nn.Module to, Func<string, string> name)
    {
        using var noGradient = no_grad();
        var state = from.state_dict();
        foreach (var (key, value) in to.state_dict())
        {
            value.copy_(state[name(key)]);
        }
    }
}
