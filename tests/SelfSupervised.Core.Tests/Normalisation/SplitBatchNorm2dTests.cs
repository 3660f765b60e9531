using SelfSupervised.Core.Diagnostics;
using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Normalisation;

namespace SelfSupervised.Core.Tests.Normalisation;

public sealed class SplitBatchNorm2dTests
{
    public static TheoryData<string> Cases => [.. Fixture.Load("split-batch-norm.json").Select(fixture => fixture.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Forward_Training_EqualsPyTorch(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = Fixture.Load("split-batch-norm.json").Single(one => one.Name == name);
        var norm = new SplitBatchNorm2d(3, (int)fixture.Number("splits")).to(float64);
        Set(norm, "weight", [0.5, 1, 2]);
        Set(norm, "bias", [0.1, 0, -0.2]);
        var input = fixture.Tensor("input", requiresGrad: true);
        var output = norm.call(input);
        output.mul(fixture.Tensor("weights")).sum().backward();
        TensorAssert.Close(output, fixture.Tensor("output"));
        TensorAssert.Close(input.grad!, fixture.Tensor("input.grad"), atol: 1e-10);
        TensorAssert.Close(norm.get_parameter("weight")!.grad!, fixture.Tensor("weight.grad"), atol: 1e-10);
        TensorAssert.Close(norm.get_parameter("bias")!.grad!, fixture.Tensor("bias.grad"), atol: 1e-10);
        TensorAssert.Close(norm.get_buffer("running_mean")!, fixture.Tensor("running_mean"));
        TensorAssert.Close(norm.get_buffer("running_var")!, fixture.Tensor("running_var"));
        TensorAssert.Close(norm.get_buffer("num_batches_tracked")!, 1);
    }

    [Fact]
    public void Forward_OnePart_IsBatchNorm()
    {
        using var scope = NewDisposeScope();
        var (split, plain) = (new SplitBatchNorm2d(3, 1), nn.BatchNorm2d(3));
        var input = RandomTensors.Normal(1, [4, 3, 2, 2], float32);
        TensorAssert.Close(split.call(input), plain.call(input));
        split.eval();
        plain.eval();
        TensorAssert.Close(split.call(input), plain.call(input));
        split.state_dict().Keys.Should().BeEquivalentTo(plain.state_dict().Keys, "weights travel between them");
    }

    [Fact]
    public void Forward_PartsOfDifferentMeans_EachHaveMeanZero()
    {
        using var scope = NewDisposeScope();
        var norm = new SplitBatchNorm2d(2, 2);
        var input = RandomTensors.Normal(1, [6, 2, 3, 3], float32);
        input[TensorIndex.Slice(1, null, 2)].add_(100); // every second image is of part 1
        var output = norm.call(input);
        foreach (var part in new[] { 0, 1 })
        {
            TensorAssert.Close(output[TensorIndex.Slice(part, null, 2)].mean([0, 2, 3]), [0, 0], [2], atol: 1e-5);
        }

        norm.get_buffer("running_mean")!.mean().item<float>().Should().BeApproximately(5, 0.5f, "that is a tenth of the mean over the parts");
    }

    [Fact]
    public void Forward_TransposedMemory_IsTheSame()
    {
        using var scope = NewDisposeScope();
        var input = RandomTensors.Normal(1, [4, 3, 2, 5], float32);
        var turned = input.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        TensorAssert.Close(new SplitBatchNorm2d(3, 2).call(turned), new SplitBatchNorm2d(3, 2).call(input));
    }

    [Fact]
    public void Gradient_FiniteDifferences_Agree()
    {
        using var scope = NewDisposeScope();
        var norm = new SplitBatchNorm2d(2, 2).to(float64);
        var weights = RandomTensors.Normal(2, [4, 2, 2, 2]);
        GradientCheck.Verify(z => norm.call(z[0]).mul(weights).sum(), [RandomTensors.Normal(1, [4, 2, 2, 2], requiresGrad: true)]);
    }

    [Fact]
    public void Encoders_WithSplits_KeepTheirNames()
    {
        using var scope = NewDisposeScope();
        var split = new ResNet(new ResNetLayout(18, ResNetStem.Cifar, baseWidth: 4) { BatchNormSplits = 2 }, zeroInitialise: true);
        var plain = new ResNet(new ResNetLayout(18, ResNetStem.Cifar, baseWidth: 4));
        split.state_dict().Keys.Should().Equal(plain.state_dict().Keys);
        split.modules().OfType<SplitBatchNorm2d>().Should().HaveCount(20).And.OnlyContain(norm => norm.Splits == 2);
        split.get_parameter("layer1.0.bn2.weight")!.abs().sum().item<float>().Should().Be(0);
        split.get_parameter("layer1.0.bn1.weight")!.mean().item<float>().Should().Be(1);
        new ResNetV2(new ResNetLayout(18, baseWidth: 4) { BatchNormSplits = 3 }).modules().OfType<SplitBatchNorm2d>().Should().HaveCount(17);
        new SmallConvNet(4, batchNormSplits: 2).modules().OfType<SplitBatchNorm2d>().Should().HaveCount(3);
        split.Invoking(one => one.call(ones(3, 3, 8, 8))).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `input` to have a multiple of 2 images, the parts of batch norm, but got 3.");
    }

    [Fact]
    public void Lifetimes_AreItsOwn()
    {
        SplitBatchNorm2d norm;
        using (var scope = NewDisposeScope())
        {
            norm = new SplitBatchNorm2d(2, 2);
            scope.DisposablesCount.Should().Be(0);
        }

        using var input = ones(4, 2, 2, 2);
        using (no_grad())
        {
            LeakCheck.OnlyResult(() => norm.call(input), input);
        }

        LeakCheck.NothingLeft(() => new SplitBatchNorm2d(2, 2).Dispose());
        norm.Dispose();
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var scope = NewDisposeScope();
        var norm = new SplitBatchNorm2d(2, 2);
        FluentActions.Invoking(() => new SplitBatchNorm2d(0, 2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("channels");
        FluentActions.Invoking(() => new SplitBatchNorm2d(2, 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("splits");
        FluentActions.Invoking(() => new SplitBatchNorm2d(2, 2, epsilon: 0)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("epsilon");
        FluentActions.Invoking(() => new SplitBatchNorm2d(2, 2, momentum: 2)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("momentum");
        FluentActions.Invoking(() => new ResNetLayout(18) { BatchNormSplits = 0 }).Should().Throw<ArgumentOutOfRangeException>();
        norm.Invoking(one => one.call(ones(4, 3, 2, 2))).Should().ThrowExactly<ArgumentException>();
        norm.Invoking(one => one.call(ones(3, 2, 2, 2))).Should().ThrowExactly<ArgumentException>();
        norm.Invoking(one => one.call(ones(2, 2, 1, 1))).Should().ThrowExactly<ArgumentException>();
        norm.Invoking(one => one.call(ones([4, 2, 2, 2], float64))).Should().ThrowExactly<ArgumentException>();
    }

    private static void Set(nn.Module module, string name, double[] values)
    {
        using var noGradient = no_grad();
        module.get_parameter(name)!.copy_(tensor(values));
    }
}
