using FluentAssertions;
using SelfSupervised.Testing;
using TorchSharp;
using TorchSharp.Modules;
using Xunit;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace SelfSupervised.TorchContract.Tests;

/// <summary>Layers, functions and optimisers against PyTorch's own numbers: Fixtures/layers.py.</summary>
public sealed class PyTorchParityTests
{
    private static readonly Dictionary<string, Fixture> s_fixtures = Fixture.Load("layers.json").ToDictionary(f => f.Name);

    private static readonly Dictionary<string, Func<Module<Tensor, Tensor>>> s_layers = new()
    {
        ["linear"] = () => Linear(3, 2),
        ["conv2d"] = () => Conv2d(2, 4, 3, stride: 2, padding: 1, groups: 2),
        ["conv_transpose2d"] = () => ConvTranspose2d(2, 3, 3, stride: 2, padding: 1, output_padding: 1),
        ["batch_norm2d"] = () => BatchNorm2d(2),
        ["instance_norm2d"] = () => InstanceNorm2d(2, affine: true),
        ["group_norm"] = () => GroupNorm(2, 4),
        ["layer_norm"] = () => LayerNorm(4),
        ["embedding"] = () => Embedding(5, 3),
    };

    private static readonly Dictionary<string, Func<Tensor, Fixture, Tensor>> s_functions = new()
    {
        ["interpolate_bilinear"] = (x, _) => functional.interpolate(x, [7, 3], mode: InterpolationMode.Bilinear, align_corners: false),
        ["interpolate_antialias"] = (x, _) => functional.interpolate(x, [2, 3], mode: InterpolationMode.Bilinear, align_corners: false, antialias: true),
        ["pad_reflect"] = (x, _) => functional.pad(x, new long[] { 1, 2, 2, 1 }, PaddingModes.Reflect),
        ["grid_sample"] = (x, f) => functional.grid_sample(x, f.Tensor("grid"), GridSampleMode.Bilinear, GridSamplePaddingMode.Zeros, false),
        ["normalize"] = (x, _) => functional.normalize(x, dim: 1),
        ["max_pool2d"] = (x, _) => functional.max_pool2d(x, 2),
        ["avg_pool2d"] = (x, _) => functional.avg_pool2d(x, 2),
        ["gelu"] = (x, _) => functional.gelu(x),
        ["softplus"] = (x, _) => functional.softplus(x),
        ["leaky_relu"] = (x, _) => functional.leaky_relu(x, 0.2),
        ["cross_entropy"] = (x, f) => functional.cross_entropy(x, f.Tensor("labels"), label_smoothing: 0.1),
        ["logsumexp"] = (x, _) => x.logsumexp(1),
    };

    private static readonly Dictionary<string, Func<Parameter, optim.Optimizer>> s_optimisers = new()
    {
        ["sgd"] = p => optim.SGD([p], 0.1),
        ["sgd_momentum"] = p => optim.SGD([p], 0.1, momentum: 0.9, weight_decay: 0.01),
        ["sgd_nesterov"] = p => optim.SGD([p], 0.1, momentum: 0.9, nesterov: true),
        ["adam"] = p => optim.Adam([p], 0.1, weight_decay: 0.01),
        ["adam_amsgrad"] = p => optim.Adam([p], 0.1, amsgrad: true),
        ["adamw"] = p => optim.AdamW([p], 0.1, weight_decay: 0.1),
    };

    public static TheoryData<string> Layers => [.. s_layers.Keys];
    public static TheoryData<string> Functions => [.. s_functions.Keys];
    public static TheoryData<string> Optimisers => [.. s_optimisers.Keys];

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layer_WithPyTorchsWeights_GivesItsOutputAndGradients(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = s_fixtures[name];
        var layer = s_layers[name]().to(ScalarType.Float64);
        Restore(layer, fixture);
        var x = fixture.Tensor("x", requiresGrad: fixture.Has("grad.x"));
        Check(fixture, layer, x, layer.call(x));
    }

    [Fact]
    public void Gru_WithPyTorchsWeights_GivesItsOutputAndGradients()
    {
        using var scope = NewDisposeScope();
        var fixture = s_fixtures["gru"];
        var gru = GRU(3, 2, batchFirst: true).to(ScalarType.Float64);
        Restore(gru, fixture);
        var x = fixture.Tensor("x", requiresGrad: true);
        Check(fixture, gru, x, gru.call(x, zeros(1, 2, 2, ScalarType.Float64)).Item1);
    }

    [Theory]
    [MemberData(nameof(Functions))]
    public void Function_OfPyTorchsInput_GivesItsOutputAndGradient(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = s_fixtures[name];
        var x = fixture.Tensor("x", requiresGrad: true);
        var y = s_functions[name](x, fixture);
        TensorAssert.Close(y, fixture.Tensor("y"));
        y.mul(fixture.Tensor("w")).sum().backward();
        TensorAssert.Close(x.grad!, fixture.Tensor("grad.x"));
    }

    [Theory]
    [MemberData(nameof(Optimisers))]
    public void Optimiser_OverThreeSteps_FollowsPyTorchsPath(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = s_fixtures[name];
        var w = Parameter(fixture.Tensor("start"));
        using var optimiser = s_optimisers[name](w);
        var path = fixture.Tensor("path");
        for (var step = 0; step < 3; step++) TensorAssert.Close(Step(optimiser, w, fixture), path[step]);
    }

    [Theory]
    [MemberData(nameof(Optimisers))]
    public void Optimiser_RestoredFromItsState_TakesTheSameNextStep(string name)
    {
        using var scope = NewDisposeScope();
        var fixture = s_fixtures[name];
        var w = Parameter(fixture.Tensor("start"));
        using var optimiser = (OptimizerHelper)s_optimisers[name](w);
        Step(optimiser, w, fixture);
        using var saved = new MemoryStream();
        using (var writer = new BinaryWriter(saved, System.Text.Encoding.UTF8, leaveOpen: true)) optimiser.save_state_dict(writer);

        var twin = Parameter(w.detach().clone());
        using var restored = (OptimizerHelper)s_optimisers[name](twin);
        saved.Position = 0;
        using (var reader = new BinaryReader(saved)) restored.load_state_dict(reader);
        TensorAssert.Same(Step(restored, twin, fixture), Step(optimiser, w, fixture));
    }

    [Fact]
    public void Optimiser_Stepping_LeavesNothing()
    {
        using var scope = NewDisposeScope();
        var fixture = s_fixtures["adam"];
        foreach (var (_, make) in s_optimisers)
        {
            var w = Parameter(fixture.Tensor("start"));
            using var optimiser = make(w);
            w.sum().backward();
            LeakCheck.NothingLeft(() => optimiser.step(), w);
        }
    }

    private static Tensor Step(optim.Optimizer optimiser, Parameter w, Fixture fixture)
    {
        optimiser.zero_grad();
        w.sub(fixture.Tensor("target")).pow(2).mul(fixture.Tensor("curvature")).sum().backward();
        optimiser.step();
        return w.detach().clone();
    }

    private static void Restore(Module layer, Fixture fixture)
    {
        var names = layer.state_dict().Keys.ToList();
        names.Should().OnlyContain(name => fixture.Has("state." + name));
        layer.load_state_dict(names.ToDictionary(name => name, name => fixture.Tensor("state." + name)));
    }

    private static void Check(Fixture fixture, Module layer, Tensor x, Tensor y)
    {
        TensorAssert.Close(y, fixture.Tensor("y"));
        y.mul(fixture.Tensor("w")).sum().backward();
        if (fixture.Has("grad.x")) TensorAssert.Close(x.grad!, fixture.Tensor("grad.x"));
        foreach (var (name, parameter) in layer.named_parameters()) TensorAssert.Close(parameter.grad!, fixture.Tensor("grad." + name));
        foreach (var (name, buffer) in layer.named_buffers()) TensorAssert.Close(buffer, fixture.Tensor("after." + name));
    }
}
