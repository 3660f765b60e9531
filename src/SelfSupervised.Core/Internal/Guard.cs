using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Internal;

/// <summary>The checks at the door of the public API: one message per mistake, with the argument's name and what it was.</summary>
internal static class Guard
{
    public static void Alive(Tensor? tensor, string name)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.IsInvalid)
        {
            throw new ObjectDisposedException(name, $"Expected `{name}` to be a live tensor, but it has been disposed.");
        }
    }

    /// <summary>A batch of embeddings: [N, D] with N, D ≥ 1, of a real floating-point type.</summary>
    public static void Embeddings(Tensor? tensor, string name)
    {
        Alive(tensor, name);
        var shape = tensor!.shape;
        if (shape.Length != 2)
        {
            throw new ArgumentException($"Expected `{name}` to have shape [N, D], but got {Text(shape)}.");
        }

        if (shape[0] == 0 || shape[1] == 0)
        {
            throw new ArgumentException($"Expected `{name}` to have at least one row and one column, but got {Text(shape)}.");
        }

        if (tensor.dtype is not (ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"Expected `{name}` to be Float16, BFloat16, Float32 or Float64, but got {tensor.dtype}.");
        }
    }

    public static void SameShape(Tensor tensor, string name, Tensor reference, string referenceName)
    {
        var (shape, expected) = (tensor.shape, reference.shape);
        if (!shape.AsSpan().SequenceEqual(expected))
        {
            throw new ArgumentException(
                $"Expected `{name}` to have shape {Text(expected)} like `{referenceName}`, but got {Text(shape)}.");
        }
    }

    public static void SameWidth(Tensor tensor, string name, Tensor reference, string referenceName)
    {
        var (shape, expected) = (tensor.shape, reference.shape[1]);
        if (shape[1] != expected)
        {
            throw new ArgumentException(
                $"Expected `{name}` to have {expected} columns like `{referenceName}`, but got {Text(shape)}.");
        }
    }

    public static void SameDevice(Tensor tensor, string name, Tensor reference, string referenceName)
    {
        if (tensor.device_type != reference.device_type || tensor.device_index != reference.device_index)
        {
            throw new ArgumentException(
                $"Expected `{name}` to be on {reference.device} like `{referenceName}`, but it is on {tensor.device}.");
        }
    }

    /// <summary>A Boolean mask of the given shape, on the reference's device.</summary>
    public static void Mask(Tensor mask, string name, long rows, long columns, Tensor reference, string referenceName)
    {
        Alive(mask, name);
        if (mask.dtype != ScalarType.Bool)
        {
            throw new ArgumentException($"Expected `{name}` to be Bool, but got {mask.dtype}.");
        }

        long[] expected = [rows, columns];
        if (!mask.shape.AsSpan().SequenceEqual(expected))
        {
            throw new ArgumentException($"Expected `{name}` to have shape {Text(expected)}, but got {Text(mask.shape)}.");
        }

        SameDevice(mask, name, reference, referenceName);
    }

    /// <summary>One identifier per image: [N] with N ≥ 1, Int64.</summary>
    public static void Identifiers(Tensor? tensor, string name)
    {
        Alive(tensor, name);
        if (tensor!.shape is not [> 0] || tensor.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"Expected `{name}` to be Int64 of shape [N], N at least 1, but got {tensor.dtype} of shape {Text(tensor.shape)}.");
        }
    }

    /// <summary>Greater than zero and finite.</summary>
    public static void Positive(double value, string name)
    {
        if (!(value > 0 && double.IsFinite(value)))
        {
            throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be finite and greater than 0, but got {value}.");
        }
    }

    /// <summary>Reads every input once, and waits for the device once.</summary>
    public static void Finite(params IReadOnlyList<(Tensor Tensor, string Name)> inputs)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        // A sum shows every NaN and infinity, and needs no memory. It may overflow too: only then each value is looked at.
        if (!stack(inputs.Select(input => Sum(input.Tensor).isfinite())).all().cpu().item<bool>())
        {
            foreach (var (tensor, name) in inputs)
            {
                FiniteOneByOne(tensor, name);
            }
        }
    }

    private static Tensor Sum(Tensor tensor) =>
        tensor.dtype is ScalarType.Float16 or ScalarType.BFloat16 ? tensor.sum(ScalarType.Float32) : tensor.sum();

    private static void FiniteOneByOne(Tensor tensor, string name)
    {
        var bad = tensor.isfinite().logical_not().sum().cpu().item<long>();
        if (bad > 0)
        {
            throw new ArgumentException(
                $"Expected `{name}` to be finite, but {bad} of its {tensor.numel()} values are NaN or infinite.");
        }
    }

    public static string Text(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
