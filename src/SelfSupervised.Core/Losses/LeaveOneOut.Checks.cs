using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

public static partial class LeaveOneOut
{
    private static void Check(
        Tensor queries, Tensor keys, IReadOnlyList<Tensor> negatives, IReadOnlyList<Tensor?>? falseNegatives, bool checkValues)
    {
        Guard.Alive(queries, nameof(queries));
        Guard.Alive(keys, nameof(keys));
        ArgumentNullException.ThrowIfNull(negatives);
        CheckShapes(queries, keys);
        Guard.SameDevice(keys, nameof(keys), queries, nameof(queries));
        var spaces = queries.shape[0];
        CheckCount(negatives.Count, nameof(negatives), spaces);
        CheckCount(falseNegatives?.Count ?? spaces, nameof(falseNegatives), spaces);
        for (var space = 0; space < spaces; space++)
        {
            CheckSpace(queries, negatives[space], $"negatives[{space}]", falseNegatives?[space], $"falseNegatives[{space}]");
        }

        if (checkValues)
        {
            Guard.Finite([(queries, nameof(queries)), (keys, nameof(keys)), .. negatives.Select((one, space) => (one, $"negatives[{space}]"))]);
        }
    }

    private static void CheckShapes(Tensor queries, Tensor keys)
    {
        var (shape, keyShape) = (queries.shape, keys.shape);
        if (shape.Length != 3 || shape.Contains(0))
        {
            throw new ArgumentException($"Expected `queries` to have shape [n+1, B, D], none of them 0, but got {Guard.Text(shape)}.", nameof(queries));
        }

        long[] expected = [shape[0], .. shape];
        if (!keyShape.AsSpan().SequenceEqual(expected))
        {
            throw new ArgumentException(
                $"Expected `keys` to have shape {Guard.Text(expected)}, `queries` being {Guard.Text(shape)}, but got {Guard.Text(keyShape)}.", nameof(keys));
        }

        foreach (var (tensor, name) in new[] { (queries, nameof(queries)), (keys, nameof(keys)) })
        {
            if (tensor.dtype is not (ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float32 or ScalarType.Float64))
            {
                throw new ArgumentException($"Expected `{name}` to be Float16, BFloat16, Float32 or Float64, but got {tensor.dtype}.", name);
            }
        }
    }

    private static void CheckCount(long count, string name, long spaces)
    {
        if (count != spaces)
        {
            throw new ArgumentException($"Expected `{name}` to be {spaces}, one per space, but got {count}.", name);
        }
    }

    private static void CheckSpace(Tensor queries, Tensor negatives, string name, Tensor? mask, string maskName)
    {
        Guard.Embeddings(negatives, name);
        var (rows, columns) = (negatives.shape[0], negatives.shape[1]);
        if (columns != queries.shape[2])
        {
            throw new ArgumentException($"Expected `{name}` to have shape [K, {queries.shape[2]}] like `queries`, but got {Guard.Text(negatives.shape)}.");
        }

        Guard.SameDevice(negatives, name, queries, nameof(queries));
        if (mask is not null)
        {
            Guard.Mask(mask, maskName, queries.shape[1], rows, queries, nameof(queries));
        }
    }
}
