using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>The gradient of a loss over a batch that is larger than memory has room for, embedded in parts: the whole batch's, to rounding.</summary>
/// <remarks>
/// <code>∂L/∂θ = Σ_p (∂L/∂z_p)·(∂z_p/∂θ),  z_p = f_θ(x_p),  L = L(z_1, …, z_P)</code>
/// <para>
/// All parts but the last are embedded without graph, and the last with one; the loss of all embeddings and its gradient G = ∂L/∂z are worked out
/// without the encoder; then each part goes backward from its rows of G, those without a graph being embedded again for it. Memory holds
/// the graph of one part, and the embeddings of all. Where a backward pass takes twice as long as a forward pass, P parts take (4 − 1/P)/3 of the
/// time.
/// </para>
/// <para>
/// A part is embedded twice to the same bits if what it draws at random is counted, as views are, or comes from libtorch's own generators, as
/// dropout does: on the CPU their state is brought back; those of CUDA devices, whose state can't be read, are seeded with a number from the CPU's
/// before each part, both times. Buffers that embedding moves, such as batch norm's running statistics, may not bear on the embeddings.
/// Afterwards the CPU's generator and all buffers are as if every part had been embedded once.
/// </para>
/// <para>
/// Batch norm's statistics while training are those of a part, not of the batch (Hoffer et al., "Train longer, generalize better", 2017,
/// arXiv:1705.08741, call it ghost batch norm). All else is exact.
/// </para>
/// <para>Gao, Zhang, Han and Callan, "Scaling Deep Contrastive Learning Batch Size under Memory Limited Setup", 2021 (arXiv:2101.06983).</para>
/// </remarks>
public static partial class GradientCache
{
    /// <summary>Adds the gradient of a loss over all parts to the parameters' gradients, as <c>backward</c> does.</summary>
    /// <param name="modules">All that <paramref name="embed"/> calls; at least one. Tells the devices, and the buffers that are to move once.</param>
    /// <param name="parts">P, the number of parts, at least 1.</param>
    /// <param name="embed">
    /// Embeds a part, from 0 to P − 1: one tensor or more, [b, ...], of one width in all parts; those with a gradient first, such as two views' or
    /// two encoders'. Asked for each part in turn; for the last one with gradients enabled, for the others without.
    /// </param>
    /// <param name="loss">From the embeddings of all parts, joined, to a scalar. It may have parameters too.</param>
    /// <param name="again">
    /// Embeds a part for the second time: the first of the same tensors, as many as have a gradient. Default: <paramref name="embed"/>; to be given
    /// where others, without gradient, needn't be made twice.
    /// </param>
    /// <returns>The loss, without graph. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// There is no module, or a function gives no tensor, other numbers or shapes of them than before, or no scalar.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no part.</exception>
    /// <exception cref="InvalidOperationException">No embedding requires a gradient, or the loss doesn't depend on what requires one.</exception>
    /// <example><code>
    /// using var loss = GradientCache.Backward(
    ///     [encoder, head], parts: 8, part => head.call(encoder.call(views[part])).chunk(2), both => NTXent.Loss(both));
    /// </code></example>
    public static Tensor Backward(
        IReadOnlyList<nn.Module> modules,
        int parts,
        Func<int, IReadOnlyList<Tensor>> embed,
        Func<IReadOnlyList<Tensor>, Tensor> loss,
        Func<int, IReadOnlyList<Tensor>>? again = null)
    {
        Check(modules, parts, embed, loss);
        using var scope = NewDisposeScope();
        var random = new RandomReplay(modules);
        var embedded = new List<Tensor[]>();
        for (var part = 0; part < parts - 1; part++)
        {
            random.Begin();
            using var inner = NewDisposeScope();
            using var noGradient = no_grad();
            embedded.Add([.. Checked(embed(part), embedded, nameof(embed)).Select(one => one.detach().MoveToOuterDisposeScope())]);
        }

        random.Begin();
        var (value, gradients) = LastPart(() => Checked(embed(parts - 1), embedded, nameof(embed)), embedded, loss);
        using var buffers = new KeptBuffers(modules);
        using var state = RandomReplay.Keep();
        for (var part = 0; part < parts - 1; part++)
        {
            using var inner = NewDisposeScope();
            random.Repeat(part);
            var second = (again ?? embed)(part);
            ArgumentNullException.ThrowIfNull(second, nameof(again));
            Backward(second, embedded[part], gradients, part);
        }

        return value.MoveToOuterDisposeScope();
    }

    // Its graph is still there when the gradient of the embeddings is known.
    private static (Tensor Loss, Tensor[]?[] Gradients) LastPart(
        Func<IReadOnlyList<Tensor>> embed, List<Tensor[]> embedded, Func<IReadOnlyList<Tensor>, Tensor> loss)
    {
        using var scope = NewDisposeScope();
        var last = embed();
        Tensor[] detached = [.. last.Select(one => one.detach())];
        Tensor[] leaves = [.. last.Select((one, place) =>
            cat([.. embedded.Select(part => part[place]), detached[place]]).requires_grad_(one.requires_grad))];
        if (!leaves.Any(leaf => leaf.requires_grad))
        {
            throw new InvalidOperationException("Expected an embedding to require a gradient, but none does.");
        }

        var value = loss(leaves);
        Guard.Alive(value, nameof(loss));
        if (value.shape is not [])
        {
            throw new ArgumentException($"Expected `loss` to give a scalar, but got {Guard.Text(value.shape)}.", nameof(loss));
        }

        if (!value.requires_grad)
        {
            throw new InvalidOperationException("Expected `loss` to depend on what requires a gradient, but it doesn't.");
        }

        value.backward();
        Tensor[]?[] gradients = [.. leaves.Select((leaf, place) =>
            leaf.grad?.split([.. embedded.Select(part => part[place].shape[0]), detached[place].shape[0]]))];
        Backward(last, detached, gradients, embedded.Count);
        var kept = value.detach();
        scope.MoveToOuter([kept, .. gradients.OfType<Tensor[]>().SelectMany(one => one)]);
        return (kept, gradients);
    }

    // From a part's embeddings to the parameters. An embedding that the loss doesn't depend on has no gradient.
    private static void Backward(IReadOnlyList<Tensor> embeddings, Tensor[] before, Tensor[]?[] gradients, int part)
    {
        var (roots, weights) = (new List<Tensor>(), new List<Tensor>());
        for (var place = 0; place < before.Length; place++)
        {
            if (gradients[place] is not { } ofParts)
            {
                continue;
            }

            CheckAgain(embeddings, before, part, place);
            roots.Add(embeddings[place]);
            weights.Add(ofParts[part]);
        }

        if (roots.Count > 0)
        {
            autograd.backward(roots, weights);
        }
    }
}
