using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>The checks at the door of the public API: one message per mistake, with the argument's name and what it was.</summary>
internal static class Guard
{
    private const long ElementsAtOnce = 1 << 24;

    public static void Alive(Tensor? tensor, string name)
    {
        ArgumentNullException.ThrowIfNull(tensor, name);
        if (tensor.IsInvalid)
        {
            throw new ObjectDisposedException(name, $"Expected `{name}` to be a live tensor, but it has been disposed.");
        }
    }

    /// <summary>Features: [N, d] with d ≥ 1 and so many rows at least, of a real floating-point type.</summary>
    public static void Features(Tensor? tensor, string name, int leastRows = 1)
    {
        Alive(tensor, name);
        var shape = tensor!.shape;
        if (shape.Length != 2 || shape[0] < leastRows || shape[1] == 0)
        {
            throw new ArgumentException(
                $"Expected `{name}` to have shape [N, d], N at least {leastRows} and d at least 1, but got {Text(shape)}.", name);
        }

        if (tensor.dtype is not (ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"Expected `{name}` to be Float16, BFloat16, Float32 or Float64, but got {tensor.dtype}.", name);
        }
    }

    /// <summary>Width and device are those of other features.</summary>
    public static void Like(Tensor tensor, string name, Tensor reference, string referenceName)
    {
        if (tensor.shape[1] != reference.shape[1])
        {
            throw new ArgumentException(
                $"Expected `{name}` to have {reference.shape[1]} columns like `{referenceName}`, but got {Text(tensor.shape)}.", name);
        }

        SameDevice(tensor, name, reference, referenceName);
    }

    public static void SameShape(Tensor tensor, string name, Tensor reference, string referenceName)
    {
        if (!tensor.shape.AsSpan().SequenceEqual(reference.shape))
        {
            throw new ArgumentException(
                $"Expected `{name}` to have shape {Text(reference.shape)} like `{referenceName}`, but got {Text(tensor.shape)}.", name);
        }
    }

    public static void SameDevice(Tensor tensor, string name, Tensor reference, string referenceName)
    {
        if (tensor.device_type != reference.device_type || tensor.device_index != reference.device_index)
        {
            throw new ArgumentException(
                $"Expected `{name}` to be on {reference.device} like `{referenceName}`, but it is on {tensor.device}.", name);
        }
    }

    /// <summary>The class of each row of features: Int64 [N] on their device, each at least 0 and, unless null, below a number of classes.</summary>
    /// <returns>The largest class plus 1.</returns>
    public static int Labels(Tensor? labels, string name, Tensor features, string featuresName, int? classes = null)
    {
        Alive(labels, name);
        var rows = features.shape[0];
        if (labels!.dtype != ScalarType.Int64 || labels.ndim != 1 || labels.shape[0] != rows)
        {
            throw new ArgumentException(
                $"Expected `{name}` to be Int64 of shape [{rows}], one for each row of `{featuresName}`, but got {labels.dtype} of shape {Text(labels.shape)}.", name);
        }

        SameDevice(labels, name, features, featuresName);
        using var scope = NewDisposeScope();
        var (smallest, largest) = (labels.min().cpu().item<long>(), labels.max().cpu().item<long>());
        var bound = classes ?? int.MaxValue;
        if (smallest < 0 || largest >= bound)
        {
            throw new ArgumentException(
                $"Expected `{name}` to hold classes from 0 to {bound - 1}, but got {(smallest < 0 ? smallest : largest)}.", name);
        }

        return (int)largest + 1;
    }

    /// <summary>Reads every value once: to be checked last, when it is known that the inputs belong together.</summary>
    public static void Finite(params IReadOnlyList<(Tensor Features, string Name)> inputs)
    {
        using var noGradient = no_grad();
        foreach (var (features, name) in inputs)
        {
            var bad = 0L;
            foreach (var (start, count) in Rows.Chunks(features.shape[0], Rows.AtOnce(features.shape[1], ElementsAtOnce)))
            {
                using var scope = NewDisposeScope();
                bad += features.narrow(0, start, count).isfinite().logical_not_().sum().cpu().item<long>();
            }

            if (bad > 0)
            {
                throw new ArgumentException($"Expected `{name}` to be finite, but {bad} of its {features.numel()} values are NaN or infinite.", name);
            }
        }
    }

    public static int AtLeast(int value, int least, string name) =>
        value >= least
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be at least {least}, but got {value}.");

    public static void Between(long value, long least, long most, string name, string why)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be from {least} to {most}, {why}, but got {value}.");
        }
    }

    public static double Positive(double value, string name) =>
        value > 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be finite and greater than 0, but got {value}.");

    public static double AtLeastZero(double value, string name) =>
        value >= 0 && double.IsFinite(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be finite and at least 0, but got {value}.");

    public static T Defined<T>(T value, string name)
        where T : struct, Enum =>
        Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"Expected `{name}` to be one of {typeof(T).Name}, but got {value}.");

    public static string Text(ReadOnlySpan<long> shape) => $"[{string.Join(", ", shape.ToArray())}]";
}
