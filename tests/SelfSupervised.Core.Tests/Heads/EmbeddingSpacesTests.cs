using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;

namespace SelfSupervised.Core.Tests.Heads;

public sealed class EmbeddingSpacesTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Tensor _images = RandomTensors.Normal(1, [4, 3, 16, 16], float32);

    public void Dispose() => _scope.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Forward_EachSpace_IsItsHeadOnItsFeatures(bool branching)
    {
        using var spaces = Spaces(branching);
        spaces.eval();
        var output = spaces.call(_images);
        output.shape.Should().Equal(4, 3, 8);
        var features = spaces.Encoder.call(_images);
        for (var space = 0; space < 3; space++)
        {
            TensorAssert.Same(output.select(1, space), spaces.Heads[space].call(branching ? features.narrow(1, space * 16, 16) : features));
        }

        spaces.state_dict().Keys.Select(key => key.Split('.')[0]).Distinct().Should().Equal("encoder", "heads");
        spaces.state_dict().Keys.Should().Contain("heads.2.layers.0.weight");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Probe_OutputsAndSpaces_AreColumnsOfTheNetworks(bool branching)
    {
        using var spaces = Spaces(branching);
        spaces.eval();
        var features = spaces.Encoder.call(_images);
        var embeddings = nn.functional.normalize(spaces.call(_images), dim: 2);
        using var all = spaces.Probe(SpaceOutput.Features);
        TensorAssert.Same(all.call(_images), features);
        using var some = spaces.Probe(SpaceOutput.Features, 2, 0);
        TensorAssert.Same(some.call(_images), branching ? cat([features.narrow(1, 32, 16), features.narrow(1, 0, 16)], 1) : features);
        using var heads = spaces.Probe(SpaceOutput.Embeddings, 1, 2);
        TensorAssert.Close(heads.call(_images), embeddings.narrow(1, 1, 2).reshape(4, 16));
    }

    [Fact]
    public void Probe_Disposed_LeavesTheNetworkAlone()
    {
        using var spaces = Spaces(branching: true);
        var probe = spaces.Probe(SpaceOutput.Embeddings, 1);
        probe.eval();
        spaces.Encoder.training.Should().BeFalse("a probe's mode is the network's");
        LeakCheck.OnlyResult(() => probe.call(_images), _images);
        probe.Dispose();
        LeakCheck.OnlyResult(() => spaces.call(_images), _images);
        spaces.train();
        spaces.parameters().Should().OnlyContain(one => !one.IsInvalid);
    }

    [Fact]
    public void Lifetime_IsTheCallers()
    {
        EmbeddingSpaces spaces;
        using (var scope = NewDisposeScope())
        {
            spaces = Spaces(branching: true);
            scope.DisposablesCount.Should().Be(0);
        }

        spaces.Dispose();
        LeakCheck.NothingLeft(() => Spaces(branching: false).Dispose());
    }

    [Fact]
    public void BadInput_Throws()
    {
        using var encoder = new SmallConvNet(4);
        using var head = ProjectionHead.MoCoV2(16, 8);
        using var wider = ProjectionHead.MoCoV2(16, 9);
        FluentActions.Invoking(() => new EmbeddingSpaces(null!, [head])).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new EmbeddingSpaces(encoder, [])).Should().ThrowExactly<ArgumentException>().WithParameterName("heads");
        FluentActions.Invoking(() => new EmbeddingSpaces(encoder, [head, head])).Should().ThrowExactly<ArgumentException>().WithParameterName("heads");
        FluentActions.Invoking(() => new EmbeddingSpaces(BranchingEncoder.OfSmallConvNet(3), [head])).Should().ThrowExactly<ArgumentException>()
            .WithMessage("Expected `encoder` to have 1 branches, one for each space, but it has 3.*");
        using var uneven = new EmbeddingSpaces(encoder, [head, wider]);
        uneven.Invoking(one => one.call(_images)).Should().ThrowExactly<ArgumentException>().WithMessage("Expected every head's outputs to have shape [4, 8], but got [4, 9].");
        using var spaces = Spaces(branching: false);
        spaces.Invoking(one => one.Probe((SpaceOutput)7)).Should().Throw<ArgumentOutOfRangeException>();
        spaces.Invoking(one => one.Probe(SpaceOutput.Features, 3)).Should().Throw<ArgumentOutOfRangeException>();
        spaces.Invoking(one => one.Probe(SpaceOutput.Features, 1, 1)).Should().ThrowExactly<ArgumentException>();
    }

    private static EmbeddingSpaces Spaces(bool branching)
    {
        nn.Module<Tensor, Tensor> encoder = branching ? BranchingEncoder.OfSmallConvNet(3, 4) : new SmallConvNet(4);
        return new EmbeddingSpaces(encoder, [.. Enumerable.Range(0, 3).Select(_ => ProjectionHead.MoCoV2(16, 8))]);
    }
}
