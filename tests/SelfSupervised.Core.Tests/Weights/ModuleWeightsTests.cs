using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Weights;

namespace SelfSupervised.Core.Tests.Weights;

public sealed class ModuleWeightsTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly SmallConvNet _source = new(baseWidth: 2);
    private readonly SmallConvNet _target = new(baseWidth: 2);

    public void Dispose()
    {
        _source.Dispose();
        _target.Dispose();
        _scope.Dispose();
    }

    [Fact]
    public void SaveAndLoad_Encoder_GivesTheSameBits()
    {
        var images = RandomTensors.Normal(1, [2, 3, 16, 16], ScalarType.Float32);
        _ = _source.call(images);
        var handles = _target.parameters().Select(parameter => parameter.Handle).ToArray();

        var report = _target.LoadSafetensors(Saved(_source));

        report.IsExact.Should().BeTrue();
        report.ToString().Should().Be("The weights fit exactly.");
        foreach (var (name, value) in _source.state_dict())
        {
            TensorAssert.Same(_target.state_dict()[name], value);
        }

        _target.parameters().Select(parameter => parameter.Handle).Should().Equal(handles, "optimisers hold these parameters");
        _target.parameters().Should().OnlyContain(parameter => parameter.requires_grad && parameter.is_leaf);
        TensorAssert.Same(_target.call(images), _source.call(images));
    }

    [Fact]
    public void Load_WhatDoesNotFit_IsReportedAndLeftAlone()
    {
        var stored = _source.state_dict().ToDictionary();
        stored.Remove("layer1.0.weight");
        stored["layer2.0.weight"] = ones(4, 2);
        stored["layer3.1.bias"] = ones(8, dtype: ScalarType.Float64);
        stored["head.weight"] = ones(1);
        var before = _target.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());

        var report = _target.LoadSafetensors(Stream(stored), strict: false);

        report.Missing.Should().Equal("layer1.0.weight");
        report.Unexpected.Should().Equal("head.weight");
        report.Misshapen.Should().ContainSingle().Which.Should().BeEquivalentTo(("layer2.0.weight", new long[] { 4, 2, 3, 3 }, new long[] { 4, 2 }));
        report.Mistyped.Should().Equal(("layer3.1.bias", ScalarType.Float32, ScalarType.Float64));
        report.IsExact.Should().BeFalse();
        string[] alone = ["layer1.0.weight", "layer2.0.weight", "layer3.1.bias"];
        foreach (var (name, value) in _target.state_dict())
        {
            TensorAssert.Same(value, alone.Contains(name) ? before[name] : _source.state_dict()[name]);
        }
    }

    [Fact]
    public void Load_Strict_ListsEveryNameAndChangesNothing()
    {
        var stored = _source.state_dict().ToDictionary();
        stored.Remove("layer1.0.weight");
        stored.Remove("layer1.1.bias");
        stored["layer2.0.weight"] = ones(4, 2);
        stored["layer3.1.bias"] = ones(8, dtype: ScalarType.Float64);
        stored["head.weight"] = ones(1);
        var before = _target.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone());

        _target.Invoking(target => target.LoadSafetensors(Stream(stored))).Should().Throw<InvalidDataException>().WithMessage(
            """
            Expected weights that fit the module, but they do not.
            Missing: layer1.0.weight, layer1.1.bias
            Unexpected: head.weight
            Of another shape: layer2.0.weight (expected [4, 2, 3, 3], but got [4, 2])
            Of another type: layer3.1.bias (expected Float32, but got Float64)
            """);
        foreach (var (name, value) in _target.state_dict())
        {
            TensorAssert.Same(value, before[name]);
        }
    }

    [Fact]
    public void Load_Renamed_TakesThePrefixAwayAndLeavesOutTheHead()
    {
        var stored = _source.state_dict().ToDictionary(entry => $"module.encoder_q.{entry.Key}", entry => entry.Value);
        stored["module.encoder_q.fc.weight"] = ones(3);
        const string prefix = "module.encoder_q.";
        var report = _target.LoadSafetensors(
            Stream(stored), rename: name => name.StartsWith($"{prefix}fc.", StringComparison.Ordinal) ? null : name[prefix.Length..]);
        report.IsExact.Should().BeTrue();
        TensorAssert.Same(_target.get_parameter("layer3.0.weight")!, _source.get_parameter("layer3.0.weight")!);
    }

    [Fact]
    public void Load_TwoNamesRenamedToOne_Throws() =>
        _target.Invoking(target => target.LoadSafetensors(Saved(_source), strict: false, _ => "layer1.0.weight")).Should()
            .Throw<InvalidDataException>().WithMessage("Expected `rename` to give each name another one, but `*` is not the only `layer1.0.weight`.");

    [Fact]
    public void Save_Metadata_IsKept()
    {
        using var stream = new MemoryStream();
        _source.SaveSafetensors(stream, new Dictionary<string, string> { ["epoch"] = "3" });
        stream.Position = 0;
        using var content = Safetensors.Read(stream);
        content.Metadata["epoch"].Should().Be("3");
        content.Tensors.Keys.Should().BeEquivalentTo(_source.state_dict().Keys);
    }

    [Fact]
    public void SaveAndLoad_LeaveNothing()
    {
        var file = Saved(_source).ToArray();
        LeakCheck.NothingLeft(() => _target.LoadSafetensors(new MemoryStream(file)));
        LeakCheck.NothingLeft(() => Saved(_source));
    }

    [Fact]
    public void NullModule_Throws()
    {
        FluentActions.Invoking(() => ModuleWeights.LoadSafetensors(null!, new MemoryStream())).Should().Throw<ArgumentNullException>().WithParameterName("module");
        FluentActions.Invoking(() => ModuleWeights.SaveSafetensors(null!, new MemoryStream())).Should().Throw<ArgumentNullException>().WithParameterName("module");
    }

    [CudaFact]
    public void SaveAndLoad_OnCuda_StaysThere()
    {
        _source.cuda();
        _target.cuda();
        _target.LoadSafetensors(Saved(_source)).IsExact.Should().BeTrue();
        _target.parameters().Should().OnlyContain(parameter => parameter.device_type == DeviceType.CUDA);
        TensorAssert.Same(_target.get_parameter("layer3.0.weight")!, _source.get_parameter("layer3.0.weight")!);
    }

    private static MemoryStream Saved(nn.Module module) => Stream(module.state_dict());

    private static MemoryStream Stream(Dictionary<string, Tensor> tensors)
    {
        var stream = new MemoryStream();
        Safetensors.Write(stream, tensors);
        stream.Position = 0;
        return stream;
    }
}
