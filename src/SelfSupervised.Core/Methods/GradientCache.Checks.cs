using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

public static partial class GradientCache
{
    private static void Check(SeparableMethod method, PretrainingBatch batch, int microBatch, int player, double weight)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(batch);
        if (!method.IsSeparable)
        {
            throw new ArgumentException($"Expected `method` to be separable, but {method.GetName()} is made of one that is not.", nameof(method));
        }

        ViewGuard.Images(batch.Images, nameof(batch.Images), allowBytes: true);
        if (batch.Images.shape[0] != batch.Indices.Length)
        {
            throw new ArgumentException(
                $"Expected `batch` to have an index for each of its {batch.Images.shape[0]} images, but it has {batch.Indices.Length}.", nameof(batch));
        }

        ModuleGuard.AtLeast(microBatch, 1, nameof(microBatch));
        ViewGuard.Place(player, method.Players.Count, nameof(player));
        Guard.Positive(weight, nameof(weight));
    }

    private static void Check(
        IReadOnlyList<nn.Module> modules, int parts, Func<int, IReadOnlyList<Tensor>> embed, Func<IReadOnlyList<Tensor>, Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(modules);
        ArgumentNullException.ThrowIfNull(embed);
        ArgumentNullException.ThrowIfNull(loss);
        ModuleGuard.AtLeast(parts, 1, nameof(parts));
        if (modules.Count == 0 || modules.Contains(null!))
        {
            throw new ArgumentException("Expected `modules` to be at least one module and no null.", nameof(modules));
        }
    }

    // Rows that can be joined with those of the parts before.
    private static IReadOnlyList<Tensor> Checked(IReadOnlyList<Tensor>? embeddings, List<Tensor[]> before, string name)
    {
        ArgumentNullException.ThrowIfNull(embeddings, name);
        var expected = before.Count == 0 ? embeddings.Count : before[0].Length;
        if (embeddings.Count == 0 || embeddings.Count != expected)
        {
            throw new ArgumentException($"Expected `{name}` to give {(expected == 0 ? "at least one tensor" : $"{expected} tensors for every part")}, but got {embeddings.Count}.", name);
        }

        for (var place = 0; place < expected; place++)
        {
            var one = embeddings[place];
            Guard.Alive(one, name);
            var shape = one.shape;
            var like = before.Count == 0 ? one : before[0][place];
            if (shape is not [> 0, ..] || !shape.AsSpan(1).SequenceEqual(like.shape.AsSpan(1)) || one.dtype != like.dtype)
            {
                throw new ArgumentException(
                    $"Expected `{name}` to give rows that can be joined, [b, ...] and b at least 1, but got {one.dtype} {Guard.Text(shape)} as tensor {place}"
                    + (before.Count == 0 ? "." : $" after {like.dtype} {Guard.Text(like.shape)}."),
                    name);
            }
        }

        return embeddings;
    }

    // What a part's tensor is the second time, where its rows have a gradient.
    private static void CheckAgain(IReadOnlyList<Tensor> embeddings, Tensor[] before, int part, int place)
    {
        if (place >= embeddings.Count || !embeddings[place].requires_grad)
        {
            throw new ArgumentException($"Expected part {part} to have a gradient in tensor {place}, as the last part has, but it has none.");
        }

        Guard.SameShape(embeddings[place], $"tensor {place} of part {part}", before[place], "the first time");
    }
}
