using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Tests.Encoders;

namespace SelfSupervised.Core.Tests.Heads;

public sealed class ProjectionHeadTests : IDisposable
{
    private static readonly Dictionary<string, Func<Generator?, ProjectionHead>> s_presets = new()
    {
        ["Linear"] = generator => ProjectionHead.Linear(6, 4, generator),
        ["SimClrV1Paper"] = generator => ProjectionHead.SimClrV1Paper(6, 4, generator),
        ["SimClrV1Code"] = generator => ProjectionHead.SimClrV1Code(6, 4, generator),
        ["SimClrV2"] = generator => ProjectionHead.SimClrV2(6, 4, generator),
        ["MoCoV2"] = generator => ProjectionHead.MoCoV2(6, 4, generator),
    };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _features = RandomTensors.Normal(1, [5, 6], ScalarType.Float32);

    public static TheoryData<string> Presets => new(s_presets.Keys);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [MemberData(nameof(Presets))]
    public void Forward_Preset_EqualsPyTorch(string name)
    {
        var fixture = Fixture.Load("heads.json").Single(one => one.Name == name);
        using var head = s_presets[name](null);
        Formula.AssertEquals(head, fixture, Formula.Values("images", 5, 6), gradient => gradient);
    }

    [Fact]
    public void StateDict_Presets_HaveTheStatedNames()
    {
        string[] norm = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"];
        string[] lastNorm = ["weight", "running_mean", "running_var", "num_batches_tracked"];
        Keys(ProjectionHead.None(6)).Should().BeEmpty();
        Keys(ProjectionHead.Linear(6)).Should().Equal("layers.0.weight");
        Keys(ProjectionHead.SimClrV1Paper(6)).Should().BeEquivalentTo("layers.0.weight", "layers.2.weight");
        Keys(ProjectionHead.SimClrV1Code(6)).Should().BeEquivalentTo(
            [.. norm.Select(key => $"layers.1.{key}"), .. lastNorm.Select(key => $"layers.4.{key}"), "layers.0.weight", "layers.3.weight"]);
        Keys(ProjectionHead.SimClrV2(6)).Should().BeEquivalentTo(
            [
                .. norm.SelectMany(key => new[] { $"layers.1.{key}", $"layers.4.{key}" }), .. lastNorm.Select(key => $"layers.7.{key}"),
                "layers.0.weight", "layers.3.weight", "layers.6.weight",
            ]);
        Keys(ProjectionHead.MoCoV2(6)).Should().BeEquivalentTo("layers.0.weight", "layers.0.bias", "layers.2.weight", "layers.2.bias");
    }

    [Fact]
    public void Presets_Widths_AreThoseOfTheirSources()
    {
        ProjectionHead[] heads =
            [ProjectionHead.SimClrV1Paper(64), ProjectionHead.SimClrV1Code(64), ProjectionHead.SimClrV2(64), ProjectionHead.MoCoV2(64)];
        heads.Should().OnlyContain(head => head.InputDimension == 64 && head.OutputDimension == 128);
        heads.Select(head => string.Join(' ', head.parameters().Where(one => one.dim() == 2).Select(one => $"{one.shape[1]}-{one.shape[0]}")))
            .Should().Equal("64-64 64-128", "64-64 64-128", "64-64 64-64 64-128", "64-64 64-128");
    }

    [Fact]
    public void None_Forward_IsAFreshCopyOfTheHandle()
    {
        using var head = ProjectionHead.None(6);
        (head.InputDimension, head.OutputDimension).Should().Be((6, 6));
        TensorAssert.Same(head.call(_features), _features);
        LeakCheck.OnlyResult(() => head.call(_features), _features);
    }

    [Fact]
    public void LastBatchNorm_WithoutShift_MovesAndTrainsAsAnother()
    {
        using var head = ProjectionHead.SimClrV1Code(6, 4);
        head.to(ScalarType.Float64).train();
        var embeddings = head.call(_features.@double());
        TensorAssert.Close(embeddings.mean([0]), new double[4], [4], atol: 1e-12);
        embeddings.square().sum().backward();
        head.parameters().Should().OnlyContain(parameter => !ReferenceEquals(parameter.grad, null));
        head.named_parameters().Select(entry => entry.name).Should().NotContain("layers.4.bias");
    }

    [Fact]
    public void Hidden_BatchNorm_LeavesOutTheLastLayer()
    {
        using var head = new ProjectionHead(6, [8, 4], HeadNormalisation.Hidden);
        head.named_parameters().Select(entry => entry.name).Should().Equal(
            "layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias", "layers.3.weight", "layers.3.bias");
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void Lifetimes_AreTheCallers(string name)
    {
        ProjectionHead head;
        using (var scope = NewDisposeScope())
        {
            head = s_presets[name](null);
            scope.DisposablesCount.Should().Be(0);
        }

        LeakCheck.OnlyResult(() => head.call(_features), _features);
        LeakCheck.NothingLeft(
            () =>
            {
                using var scope = NewDisposeScope();
                head.call(_features).sum().backward();
                head.zero_grad();
            },
            _features);
        head.Dispose();
        LeakCheck.NothingLeft(() => s_presets[name](null).Dispose());
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void Constructor_EqualGenerators_GiveTheSameBits(string name)
    {
        using var first = new Generator(7);
        using var second = new Generator(7);
        TensorAssert.Same(s_presets[name](first).call(_features), s_presets[name](second).call(_features));
    }

    [Fact]
    public void Constructor_Weights_AreUniformWithinTheStatedBound()
    {
        using var head = ProjectionHead.MoCoV2(400);
        foreach (var parameter in head.parameters())
        {
            parameter.abs().max().item<float>().Should().BeInRange(0.045f, 0.05f);
        }
    }

    [Theory]
    [InlineData(new long[] { 6 }, "Expected `features` to have shape [N, D], but got [6].")]
    [InlineData(new long[] { 5, 7 }, "Expected `features` to have shape [B, 6], but got [5, 7].")]
    [InlineData(new long[] { 1, 6 }, "Expected `features` to leave batch norm at least 2 values per channel while training, but [1, 6] leaves 1.")]
    public void Forward_WrongShape_Throws(long[] shape, string message)
    {
        using var head = ProjectionHead.SimClrV2(6);
        head.Invoking(one => one.call(zeros(shape))).Should().ThrowExactly<ArgumentException>().WithMessage(message);
    }

    [Fact]
    public void Forward_OneRow_IsFineWithoutBatchStatistics()
    {
        using var plain = ProjectionHead.MoCoV2(6);
        using var linear = new ProjectionHead(6, [4], HeadNormalisation.Hidden);
        using var evaluated = ProjectionHead.SimClrV2(6);
        evaluated.eval();
        foreach (var head in new[] { plain, linear, evaluated })
        {
            TensorAssert.Finite(head.call(ones(1, 6)));
        }
    }

    [Fact]
    public void Forward_OtherType_Throws()
    {
        using var head = ProjectionHead.MoCoV2(6);
        head.Invoking(one => one.call(_features.@double())).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `features` to be Float32 like `layers.0.weight`, but got Float64.");
    }

    [Fact]
    public void Constructor_BadArguments_Throws()
    {
        FluentActions.Invoking(() => new ProjectionHead(0, [4])).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("inputDimension");
        FluentActions.Invoking(() => new ProjectionHead(6, [4, 0])).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("Expected `widths[1]` to be at least 1, but got 0.*");
        FluentActions.Invoking(() => new ProjectionHead(6, null!)).Should().Throw<ArgumentNullException>().WithParameterName("widths");
        FluentActions.Invoking(() => new ProjectionHead(6, [4], (HeadNormalisation)9)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("batchNorm");
    }

    private static string[] Keys(ProjectionHead head) => [.. head.state_dict().Keys];
}
