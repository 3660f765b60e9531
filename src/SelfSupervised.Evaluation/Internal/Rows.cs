using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>What is done to the rows of features everywhere: their precision, their length, a few of them at once.</summary>
internal static class Rows
{
    /// <summary>float64 when an input has it, otherwise float32.</summary>
    public static ScalarType Precision(params IEnumerable<Tensor> inputs) =>
        inputs.Any(input => input.dtype == ScalarType.Float64) ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>Rows z/max(‖z‖, 1e-12) in the given precision.</summary>
    public static Tensor Unit(Tensor features, ScalarType precision) =>
        nn.functional.normalize(features.to(precision), p: 2, dim: 1, eps: 1e-12);

    /// <summary>Consecutive stretches of rows, each of at most so many.</summary>
    public static IEnumerable<(long Start, long Count)> Chunks(long rows, long atOnce)
    {
        for (long start = 0; start < rows; start += atOnce)
        {
            yield return (start, Math.Min(atOnce, rows - start));
        }
    }

    /// <summary>How many rows of so many columns make a matrix of at most so many elements; at least one.</summary>
    public static long AtOnce(long columns, long elements) => Math.Max(1, elements / columns);

    /// <summary>A tensor's elements; it may be on any device.</summary>
    public static T[] ToArray<T>(Tensor values)
        where T : unmanaged
    {
        using var scope = NewDisposeScope();
        using var data = values.detach().cpu().contiguous().data<T>();
        return data.ToArray();
    }
}
