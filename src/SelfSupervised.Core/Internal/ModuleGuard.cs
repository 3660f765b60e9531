using static TorchSharp.torch;

namespace SelfSupervised.Core.Internal;

/// <summary>The checks at the door of modules: what they are built with, and what they are given against what they hold.</summary>
internal static class ModuleGuard
{
    public static void AtLeast(long value, long smallest, string name)
    {
        if (value < smallest)
        {
            throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be at least {smallest}, but got {value}.");
        }
    }

    /// <summary>Maps or images: [B, channels, H, W] with B, H, W ≥ 1.</summary>
    public static void Maps(Tensor? tensor, string name, long channels)
    {
        Guard.Alive(tensor, name);
        var shape = tensor!.shape;
        if (shape.Length != 4 || shape[1] != channels || shape.Contains(0))
        {
            throw new ArgumentException(
                $"Expected `{name}` to have shape [B, {channels}, H, W], none of them 0, but got {Guard.Text(shape)}.");
        }
    }

    /// <summary>
    /// Type and device are those of the module's first parameter, or the type is what Float32 parameters are converted to; a module without
    /// parameters takes any.
    /// </summary>
    public static void LikeParameters(Tensor input, string name, nn.Module module)
    {
        var (parameterName, parameter) = module.named_parameters().FirstOrDefault();
        if (parameter is null)
        {
            return;
        }

        var (type, expected) = (input.dtype, parameter.dtype);
        if (type != expected && !(expected == ScalarType.Float32 && type == MixedPrecision.Precision))
        {
            throw new ArgumentException($"Expected `{name}` to be {expected} like `{parameterName}`, but got {type}.");
        }

        Guard.SameDevice(input, name, parameter, parameterName);
    }

    /// <summary>What a head gave: [rows, columns].</summary>
    public static void Embeddings(Tensor tensor, string name, long rows, long columns)
    {
        var shape = tensor.shape;
        if (!shape.AsSpan().SequenceEqual([rows, columns]))
        {
            throw new ArgumentException($"Expected {name} to have shape [{rows}, {columns}], but got {Guard.Text(shape)}.");
        }
    }

    /// <summary>While training, batch norm needs at least two values per channel.</summary>
    public static void EnoughForBatchNorm(Tensor input, string name, long valuesPerChannel, nn.Module module)
    {
        if (module.training && valuesPerChannel < 2)
        {
            throw new ArgumentException(
                $"Expected `{name}` to leave batch norm at least 2 values per channel while training, "
                + $"but {Guard.Text(input.shape)} leaves {valuesPerChannel}.");
        }
    }
}
