using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Internal;

/// <summary>How each kind of layer is called in a scope of <see cref="MixedPrecision"/>.</summary>
internal static class MixedLayers
{
    public static Tensor Call(nn.IModule<Tensor, Tensor> layer, Tensor input) => layer switch
    {
        Conv2d conv => Convolve(conv, input),
        Conv1d conv => Convolve(conv, input),
        Linear linear => Multiply(linear, input),
        LayerNorm { weight.dtype: ScalarType.Float32 } or GroupNorm { weight.dtype: ScalarType.Float32 } => InFloat32(layer, input),
        Convolution conv => throw new NotSupportedException($"In mixed precision a {conv.GetName()} can't be called: of convolutions, only Conv1d and Conv2d."),

        // One that is derived may do something else with its modules.
        Sequential modules when modules.GetType() == typeof(Sequential) => InOrder(modules, input),
        _ => layer.call(input),
    };

    private static Tensor Convolve(Convolution conv, Tensor input)
    {
        if (conv.padding_mode != PaddingModes.Zeros)
        {
            throw new NotSupportedException(
                $"In mixed precision a convolution can't pad by {conv.padding_mode}: pad its input with nn.functional.pad, and take a convolution that doesn't pad.");
        }

        using var inputs = MixedPrecision.Cast(input);
        using var weight = MixedPrecision.Cast(conv.weight);
        using var bias = conv.bias is { } own ? MixedPrecision.Cast(own) : null;
        return (conv, conv.padding_type) switch
        {
            (Conv1d, null) => nn.functional.conv1d(inputs, weight, bias, conv.stride[0], conv.padding![0], conv.dilation[0], conv.groups),
            (Conv1d, { } kind) => nn.functional.conv1d_padding(inputs, weight, bias, conv.stride[0], kind, conv.dilation[0], conv.groups),
            (_, null) => nn.functional.conv2d(inputs, weight, bias, conv.stride, conv.padding, conv.dilation, conv.groups),
            (_, { } kind) => nn.functional.conv2d_padding(inputs, weight, bias, conv.stride, kind, conv.dilation, conv.groups),
        };
    }

    private static Tensor Multiply(Linear linear, Tensor input)
    {
        using var inputs = MixedPrecision.Cast(input);
        using var weight = MixedPrecision.Cast(linear.weight);
        using var bias = linear.bias is { } own ? MixedPrecision.Cast(own) : null;
        return nn.functional.linear(inputs, weight, bias);
    }

    // They take no BFloat16 with Float32 parameters, as batch norm does.
    private static Tensor InFloat32(nn.IModule<Tensor, Tensor> norm, Tensor input)
    {
        using var inputs = input.to(ScalarType.Float32);
        using var normal = norm.call(inputs);
        return normal.to(input.dtype);
    }

    private static Tensor InOrder(Sequential modules, Tensor input)
    {
        var result = input.alias();
        for (var i = 0; i < modules.Count; i++)
        {
            using var given = result;
            result = Call(modules[i], given);
        }

        return result;
    }
}
