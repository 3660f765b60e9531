using System.Text.Json;
using SelfSupervised.Core.Tests.Encoders;
using SelfSupervised.Core.Viewmaker;
using SelfSupervised.Core.Weights;

namespace SelfSupervised.Core.Tests.Viewmaker;

public sealed class ViewmakerWeightsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ViewmakerNetwork _network = new();

    /// <summary>Names and shapes of the class with five residual blocks, three in use, as PyTorch writes them.</summary>
    private readonly OrderedDictionary<string, long[]> _released = JsonSerializer.Deserialize<OrderedDictionary<string, long[]>>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Fixtures", "viewmaker-names.json")))!;

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData("viewmaker.")]
    [InlineData("viewmaker.module.")]
    public void Load_ReleasedStateDict_FillsEveryParameterByName(string prefix)
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, _released.ToDictionary(entry => prefix + entry.Key, entry => Formula.Values(entry.Key, entry.Value).@float()));
        stream.Position = 0;
        ViewmakerWeights.Load(_network, stream).IsExact.Should().BeTrue();
        foreach (var (name, parameter) in _network.named_parameters())
        {
            TensorAssert.Same(parameter, Formula.Values(name, parameter.shape).@float());
        }
    }

    [Fact]
    public void StateDict_NamesShapesAndOrder_AreTheReleased()
    {
        var used = _released.Where(entry => !entry.Key.StartsWith("res4", StringComparison.Ordinal) && !entry.Key.StartsWith("res5", StringComparison.Ordinal)).ToList();
        _network.state_dict().Keys.Should().Equal(used.Select(entry => entry.Key));
        _network.state_dict().Values.Select(value => string.Join(' ', value.shape)).Should().Equal(used.Select(entry => string.Join(' ', entry.Value)));
    }

    [Fact]
    public void Save_ForTheReleasedClass_HasItsNamesAndComesBack()
    {
        using var stream = new MemoryStream();
        ViewmakerWeights.Save(_network, stream, prefix: "viewmaker.");
        stream.Position = 0;
        using (var content = Safetensors.Read(stream))
        {
            content.Tensors.ToDictionary(entry => entry.Key, entry => entry.Value.shape)
                .Should().BeEquivalentTo(_released.ToDictionary(entry => "viewmaker." + entry.Key, entry => entry.Value));
        }

        using var other = new ViewmakerNetwork();
        stream.Position = 0;
        ViewmakerWeights.Load(other, stream).IsExact.Should().BeTrue();
        foreach (var (name, value) in _network.state_dict())
        {
            TensorAssert.Same(other.state_dict()[name], value);
        }
    }

    [Fact]
    public void Names_BothWays_AreEachOthersInverse()
    {
        foreach (var name in _network.state_dict().Keys)
        {
            ViewmakerWeights.FromReleased(ViewmakerWeights.ToReleased(name, "viewmaker."), 3).Should().Be(name);
        }

        ViewmakerWeights.FromReleased("res4.in1.bias", 3).Should().BeNull();
        ViewmakerWeights.FromReleased("res4.in1.bias", 4).Should().Be("res4.in1.bias");
        ViewmakerWeights.FromReleased("res6.in1.bias", 3).Should().Be("res6.in1.bias", "a report is to list it");
        ViewmakerWeights.FromReleased("result.bias", 0).Should().Be("result.bias");
    }

    [Fact]
    public void Load_OtherBlocks_ThrowsWithTheNames()
    {
        using var stream = new MemoryStream();
        Safetensors.Write(stream, _released.ToDictionary(entry => entry.Key, entry => zeros(entry.Value)));
        stream.Position = 0;
        using var paper = new ViewmakerNetwork(ViewmakerOptions.Paper);
        FluentActions.Invoking(() => ViewmakerWeights.Load(paper, stream)).Should().Throw<InvalidDataException>()
            .WithMessage("*deconv1.conv2d.weight (expected [64, 133, 3, 3], but got [64, 131, 3, 3])*");
    }

    [Fact]
    public void Save_WhatTheReleasedClassLacks_Throws()
    {
        using var batch = new ViewmakerNetwork(new() { Normalisation = ViewmakerNormalisation.Batch });
        using var six = new ViewmakerNetwork(new() { ResidualBlocks = 6 });
        foreach (var network in new[] { batch, six })
        {
            FluentActions.Invoking(() => ViewmakerWeights.Save(network, new MemoryStream())).Should().Throw<ArgumentException>().WithParameterName("network");
        }

        LeakCheck.NothingLeft(() => ViewmakerWeights.Save(_network, new MemoryStream()));
    }
}
