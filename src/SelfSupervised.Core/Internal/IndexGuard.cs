using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Internal;

/// <summary>The checks at the door of memories: which rows are meant, by numbers on the host or on a device.</summary>
internal static class IndexGuard
{
    /// <summary>One row of a memory for each of something else's rows.</summary>
    public static void Rows(ReadOnlySpan<int> indices, string name, long rows, long expected, string expectedName)
    {
        if (indices.Length != expected)
        {
            throw new ArgumentException($"Expected `{name}` to be {expected}, one for each row of `{expectedName}`, but got {indices.Length}.");
        }

        Rows(indices, name, rows);
    }

    /// <summary>At least one row of a memory that has so many.</summary>
    public static void Rows(ReadOnlySpan<int> indices, string name, long rows)
    {
        if (indices.IsEmpty)
        {
            throw new ArgumentException($"Expected `{name}` to hold at least one image's index, but it is empty.", name);
        }

        for (var i = 0; i < indices.Length; i++)
        {
            if (indices[i] < 0 || indices[i] >= rows)
            {
                throw new ArgumentOutOfRangeException(
                    name, indices[i], $"Expected `{name}` to be from 0 to {rows - 1}, the memory's rows, but number {i} is {indices[i]}.");
            }
        }
    }

    /// <summary>Candidates: Int64 [B, C], a row of a memory each; with their values, which are read once, if asked for.</summary>
    public static void Candidates(Tensor? candidates, string name, Tensor features, string featuresName, long rows, bool checkValues)
    {
        Guard.Alive(candidates, name);
        var (shape, count) = (candidates!.shape, features.shape[0]);
        if (shape.Length != 2 || shape[0] != count || shape[1] == 0 || candidates.dtype != ScalarType.Int64)
        {
            throw new ArgumentException(
                $"Expected `{name}` to be Int64 of shape [{count}, C], C at least 1, like `{featuresName}`, "
                + $"but got {candidates.dtype} of shape {Guard.Text(shape)}.");
        }

        Guard.SameDevice(candidates, name, features, featuresName);
        if (checkValues)
        {
            using var scope = NewDisposeScope();
            using var ends = stack([candidates.min(), candidates.max()]).cpu().data<long>();
            if (ends[0] < 0 || ends[1] >= rows)
            {
                throw new ArgumentOutOfRangeException(
                    name, $"Expected `{name}` to be from 0 to {rows - 1}, the memory's rows, but they are from {ends[0]} to {ends[1]}.");
            }
        }
    }
}
