namespace SelfSupervised.Core.Tests;

/// <summary>The scope, and what it makes of single layers.</summary>
public sealed class MixedPrecisionTests : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public static TheoryData<string> Layers => new("Conv2d", "Conv1d", "Linear", "Sequential", "LayerNorm", "GroupNorm", "BatchNorm2d", "ReLU");

    public void Dispose()
    {
        _scope.Dispose();
        MixedPrecision.Precision.Should().Be(ScalarType.Float32, "a test ends its scopes");
    }

    [Fact]
    public void Enable_Nested_TheInnermostCounts()
    {
        MixedPrecision.Precision.Should().Be(ScalarType.Float32);
        using (MixedPrecision.Enable(ScalarType.BFloat16))
        {
            MixedPrecision.Precision.Should().Be(ScalarType.BFloat16);
            using (MixedPrecision.Enable(ScalarType.Float32))
            {
                MixedPrecision.Precision.Should().Be(ScalarType.Float32);
                using var layer = nn.Linear(2, 2);
                layer.CallMixed(ones(1, 2)).dtype.Should().Be(ScalarType.Float32);
            }

            MixedPrecision.Precision.Should().Be(ScalarType.BFloat16);
        }

        MixedPrecision.Precision.Should().Be(ScalarType.Float32);
    }

    [Fact]
    public void Dispose_Twice_EndsNoOtherScope()
    {
        using var outer = MixedPrecision.Enable(ScalarType.BFloat16);
        var inner = MixedPrecision.Enable(ScalarType.Float32);
        inner.Dispose();
        inner.Dispose();
        MixedPrecision.Precision.Should().Be(ScalarType.BFloat16);
    }

    [Fact]
    public void Dispose_OuterBeforeInner_ThrowsAndEndsNothing()
    {
        var outer = MixedPrecision.Enable(ScalarType.BFloat16);
        using (MixedPrecision.Enable(ScalarType.Float32))
        {
            outer.Invoking(one => one.Dispose()).Should().ThrowExactly<InvalidOperationException>().WithMessage("*after the scopes that began within it.");
            MixedPrecision.Precision.Should().Be(ScalarType.Float32);
        }

        MixedPrecision.Precision.Should().Be(ScalarType.BFloat16);
        outer.Dispose();
    }

    [Fact]
    public void Enable_OtherThreads_AreNotInTheScopeAndCannotEndIt()
    {
        using var scope = MixedPrecision.Enable(ScalarType.BFloat16);
        Exception? error = null;
        var seen = ScalarType.BFloat16;
        var thread = new Thread(() =>
        {
            seen = MixedPrecision.Precision;
            error = Record.Exception(scope.Dispose);
        });
        thread.Start();
        thread.Join();
        seen.Should().Be(ScalarType.Float32);
        error.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("on the thread that began it");
        MixedPrecision.Precision.Should().Be(ScalarType.BFloat16);
    }

    [Theory]
    [InlineData(ScalarType.Float16, "Expected `precision` to be BFloat16 or Float32, but got Float16, whose gradients underflow without a gradient scaler.*")]
    [InlineData(ScalarType.Float64, "Expected `precision` to be BFloat16 or Float32, but got Float64.*")]
    [InlineData(ScalarType.Int64, "Expected `precision` to be BFloat16 or Float32, but got Int64.*")]
    public void Enable_OtherPrecision_Throws(ScalarType precision, string message)
    {
        FluentActions.Invoking(() => MixedPrecision.Enable(precision)).Should().ThrowExactly<ArgumentOutOfRangeException>().WithMessage(message);
        MixedPrecision.Precision.Should().Be(ScalarType.Float32);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void CallMixed_OutsideAScope_IsCall(string name)
    {
        var (layer, input) = Layer(name);
        using var disposed = layer;
        var before = MixedPrecision.Conversions;
        TensorAssert.Same(layer.CallMixed(input), layer.call(input));
        MixedPrecision.Conversions.Should().Be(before);
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void CallMixed_InAScope_IsNearCallAndHasGradientsInFloat32(string name)
    {
        var (layer, input) = Layer(name);
        using var disposed = layer;
        var expected = layer.call(input);
        var weights = RandomTensors.Normal(3, expected.shape, ScalarType.Float32);
        var expectedGradients = Gradients(layer, input, expected.mul(weights).sum());

        Tensor actual;
        using (MixedPrecision.Enable(ScalarType.BFloat16))
        {
            using var given = MixedPrecision.Cast(input);
            actual = layer.CallMixed(given);
        }

        actual.dtype.Should().Be(ScalarType.BFloat16);
        actual.Should().NotBeSameAs(input);
        TensorAssert.Close(actual.@float(), expected, atol: 0.03, rtol: 0.03);
        var gradients = Gradients(layer, input, actual.@float().mul(weights).sum());
        foreach (var (one, other) in gradients.Zip(expectedGradients))
        {
            // Close checks the type, too.
            TensorAssert.Close(one, other, atol: 0.02 * Math.Max(1, other.abs().max().item<float>()), rtol: 0.02);
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void CallMixed_InAScope_LeavesOnlyTheResult(string name)
    {
        var (layer, input) = Layer(name);
        using var disposed = layer;
        using var precision = MixedPrecision.Enable(ScalarType.BFloat16);
        LeakCheck.OnlyResult(() => layer.CallMixed(input), input);
        LeakCheck.NothingLeft(
            () =>
            {
                using var scope = NewDisposeScope();
                layer.CallMixed(input).sum().backward();
                input.grad!.Dispose();
                input.grad = null;
                layer.zero_grad();
            },
            input);
    }

    [Fact]
    public void CallMixed_Float64_StaysAsItIs()
    {
        var (layer, _) = Layer("Conv2d");
        using var disposed = layer;
        layer.to(ScalarType.Float64);
        var input = RandomTensors.Normal(1, [2, 4, 6, 6]);
        var expected = layer.call(input);
        using var precision = MixedPrecision.Enable(ScalarType.BFloat16);
        var before = MixedPrecision.Conversions;
        TensorAssert.Same(layer.CallMixed(input), expected);
        MixedPrecision.Conversions.Should().Be(before);
    }

    [Fact]
    public void CallMixed_DerivedSequential_IsCalledAsItIs()
    {
        using var linear = nn.Linear(2, 2);
        using var module = new Twice(linear);
        using var precision = MixedPrecision.Enable(ScalarType.BFloat16);
        TensorAssert.Same(module.CallMixed(ones(1, 2)), full([1, 2], 2f));
    }

    [Fact]
    public void CallMixed_WhatItCannotDo_IsRefusedInAScopeOnly()
    {
        using var reflecting = nn.Conv2d(1, 1, 3, padding: 1, padding_mode: PaddingModes.Reflect);
        using var transposed = nn.ConvTranspose2d(1, 1, 3);
        var images = ones(1, 1, 4, 4);
        reflecting.CallMixed(images).shape.Should().Equal(1, 1, 4, 4);
        transposed.CallMixed(images).shape.Should().Equal(1, 1, 6, 6);
        using var precision = MixedPrecision.Enable(ScalarType.BFloat16);
        reflecting.Invoking(one => one.CallMixed(images)).Should().ThrowExactly<NotSupportedException>().WithMessage("*can't pad by Reflect*");
        transposed.Invoking(one => one.CallMixed(images)).Should().ThrowExactly<NotSupportedException>().WithMessage("*ConvTranspose2d can't be called*");
    }

    [Fact]
    public void CallMixed_And_Cast_BadInput_Throws()
    {
        using var layer = nn.Linear(2, 2);
        var dead = ones(1, 2);
        dead.Dispose();
        FluentActions.Invoking(() => MixedPrecision.CallMixed(null!, ones(1, 2))).Should().Throw<ArgumentNullException>().WithParameterName("layer");
        FluentActions.Invoking(() => MixedPrecision.Cast(null!)).Should().Throw<ArgumentNullException>().WithParameterName("tensor");
        FluentActions.Invoking(() => MixedPrecision.Cast(dead)).Should().Throw<ObjectDisposedException>();
        using var precision = MixedPrecision.Enable(ScalarType.BFloat16);
        layer.Invoking(one => one.CallMixed(dead)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Cast_ConvertsFloat32Alone_AndGivesAHandleOfItsOwn()
    {
        var weight = RandomTensors.Normal(1, [3], ScalarType.Float32, requiresGrad: true);
        var (number, whole) = (RandomTensors.Normal(1, [3]), arange(3));
        LeakCheck.OnlyResult(() => MixedPrecision.Cast(weight), weight);
        TensorAssert.Same(MixedPrecision.Cast(weight), weight);
        using var precision = MixedPrecision.Enable(ScalarType.BFloat16);
        var before = MixedPrecision.Conversions;
        LeakCheck.OnlyResult(() => MixedPrecision.Cast(number), number);
        TensorAssert.Same(MixedPrecision.Cast(number), number);
        TensorAssert.Same(MixedPrecision.Cast(whole), whole);
        MixedPrecision.Conversions.Should().Be(before);

        var converted = MixedPrecision.Cast(weight);
        MixedPrecision.Conversions.Should().Be(before + 1);
        TensorAssert.Same(converted, weight.to(ScalarType.BFloat16));
        converted.sum().backward();
        TensorAssert.Same(weight.grad!, ones(3));
    }

    [Fact]
    public void Weights_MoveByLessThanBFloat16CanTell()
    {
        // BFloat16's numbers from 1 up are 1/128 apart: 16 steps of 1/4096 are lost in it, one by one, and not in Float32.
        using var master = nn.Linear(1, 1, hasBias: false);
        using var narrow = nn.Linear(1, 1, hasBias: false, dtype: ScalarType.BFloat16);
        using (no_grad())
        {
            master.weight.fill_(1);
            narrow.weight.fill_(1);
        }

        using var masters = optim.SGD(master.parameters(), 1.0 / 4096);
        using var narrows = optim.SGD(narrow.parameters(), 1.0 / 4096);
        for (var step = 0; step < 16; step++)
        {
            masters.zero_grad();
            narrows.zero_grad();
            using (MixedPrecision.Enable(ScalarType.BFloat16))
            {
                master.CallMixed(ones(1, 1)).neg().sum().backward();
            }

            narrow.call(ones([1, 1], ScalarType.BFloat16)).neg().sum().backward();
            masters.step();
            narrows.step();
        }

        master.weight.item<float>().Should().Be(1 + (16f / 4096));
        narrow.weight.@float().item<float>().Should().Be(1);
    }

    private static (nn.Module<Tensor, Tensor> Layer, Tensor Input) Layer(string name)
    {
        nn.Module<Tensor, Tensor> layer = name switch
        {
            "Conv2d" => nn.Conv2d(4, 6, 3, stride: 2, padding: 1, groups: 2),
            "Conv1d" => nn.Conv1d(4, 6, 3, padding: 1),
            "Linear" => nn.Linear(6, 4),
            "Sequential" => nn.Sequential(nn.Conv2d(4, 3, 3), nn.BatchNorm2d(3), nn.Sequential(nn.ReLU(), nn.Flatten(), nn.Linear(48, 4))),
            "LayerNorm" => nn.LayerNorm([6]),
            "GroupNorm" => nn.GroupNorm(2, 4),
            "BatchNorm2d" => nn.BatchNorm2d(4),
            _ => nn.ReLU(),
        };
        var seed = 10;
        using var noGradient = no_grad();
        foreach (var parameter in layer.parameters())
        {
            parameter.copy_(RandomTensors.Normal(seed++, parameter.shape, ScalarType.Float32) * 0.3);
        }

        long[] shape = name is "Conv1d" ? [2, 4, 6] : [2, 4, 6, 6];
        return (layer, RandomTensors.Normal(2, shape, ScalarType.Float32, requiresGrad: true));
    }

    private static List<Tensor> Gradients(nn.Module layer, Tensor input, Tensor loss)
    {
        loss.backward();
        List<Tensor> gradients = [input.grad!.clone(), .. layer.parameters().Select(parameter => parameter.grad!.clone())];
        input.grad.zero_();
        layer.zero_grad();
        return gradients;
    }

    /// <summary>A sequence that does something else with its modules.</summary>
    private sealed class Twice(nn.Module<Tensor, Tensor> module) : TorchSharp.Modules.Sequential(module)
    {
        public override Tensor forward(Tensor input) => input.mul(2);
    }
}
