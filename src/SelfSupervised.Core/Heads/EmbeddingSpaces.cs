using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Heads;

/// <summary>An encoder and several heads: from images to an embedding in each space.</summary>
/// <remarks>
/// Of an ordinary encoder every head takes the same features; of a <see cref="BranchingEncoder"/> head i takes branch i's. Xiao et al., 2021
/// (arXiv:2008.05659): the first is LooC, the second LooC++.
/// </remarks>
public sealed class EmbeddingSpaces : nn.Module<Tensor, Tensor>
{
    // The fields' names begin the parameters' names.
    private readonly nn.Module<Tensor, Tensor> encoder;
    private readonly ModuleList<nn.Module<Tensor, Tensor>> heads;

    /// <summary>Composes the network, which then owns its parts.</summary>
    /// <param name="encoder">From images [B, C, H, W] to features [B, d].</param>
    /// <param name="heads">One for each space, at least one: from features, or a branch's, to embeddings [B, D], one D for all.</param>
    /// <exception cref="ArgumentException">There is no head, one is null or there twice, or the encoder has another number of branches.</exception>
    /// <example><code>
    /// using var spaces = new EmbeddingSpaces(new SmallConvNet(), [ProjectionHead.MoCoV2(128), ProjectionHead.MoCoV2(128)]);
    /// </code></example>
    public EmbeddingSpaces(nn.Module<Tensor, Tensor> encoder, IReadOnlyList<nn.Module<Tensor, Tensor>> heads)
        : base(nameof(EmbeddingSpaces))
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(heads);
        if (heads.Count == 0 || heads.Contains(null!) || heads.Distinct().Count() != heads.Count)
        {
            throw new ArgumentException("Expected `heads` to be at least one module, none of them null or there twice.", nameof(heads));
        }

        if (encoder is BranchingEncoder branching && branching.Branches != heads.Count)
        {
            throw new ArgumentException($"Expected `encoder` to have {heads.Count} branches, one for each space, but it has {branching.Branches}.", nameof(encoder));
        }

        (this.encoder, this.heads) = (encoder, new ModuleList<nn.Module<Tensor, Tensor>>([.. heads]));
        RegisterComponents();
    }

    /// <summary>The number of spaces.</summary>
    public int Count => heads.Count;

    /// <summary>The encoder.</summary>
    public nn.Module<Tensor, Tensor> Encoder => encoder;

    /// <summary>The head of each space.</summary>
    public IReadOnlyList<nn.Module<Tensor, Tensor>> Heads => [.. heads];

    /// <summary>The embeddings of a batch of images in all spaces.</summary>
    /// <param name="images">[B, C, H, W], as the encoder takes them.</param>
    /// <returns>[B, S, D], not normalised: the losses do that. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// The images are not what the encoder takes, or its features not what a head takes; or the heads give different widths.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var features = encoder.call(images);
        Tensor[] embeddings = [.. heads.Select((head, space) => head.call(FeaturesOf(features, space)))];
        foreach (var one in embeddings)
        {
            ModuleGuard.Embeddings(one, "every head's outputs", images.shape[0], embeddings[0].shape[^1]);
        }

        return stack(embeddings, 1).MoveToOuterDisposeScope();
    }

    /// <summary>What some spaces make of images, side by side, as a module: for probes, neighbours and retrieval.</summary>
    /// <param name="output">What of a space.</param>
    /// <param name="spaces">Which, in order, each once; none for all.</param>
    /// <returns>
    /// From images to [B, w], w being the sum of the spaces' widths; features that all spaces share are there once. The caller owns it: it
    /// reads this network's parameters, and disposing it leaves them alone.
    /// </returns>
    /// <exception cref="ArgumentException">A space is there twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such space, or the output is undefined.</exception>
    /// <example><code>using var colour = method.Spaces.Probe(SpaceOutput.Features, 1);</code></example>
    public nn.Module<Tensor, Tensor> Probe(SpaceOutput output, params IReadOnlyList<int> spaces)
    {
        ViewGuard.Defined(output, nameof(output));
        ArgumentNullException.ThrowIfNull(spaces);
        foreach (var space in spaces)
        {
            ViewGuard.Place(space, Count, nameof(spaces));
        }

        if (spaces.Distinct().Count() != spaces.Count)
        {
            throw new ArgumentException($"Expected `spaces` to be each there once, but got [{string.Join(", ", spaces)}].", nameof(spaces));
        }

        return new SpaceProbe(this, output, spaces.Count == 0 ? [.. Enumerable.Range(0, Count)] : [.. spaces]);
    }

    // Of a shared encoder the features themselves.
    internal Tensor FeaturesOf(Tensor features, int space) => encoder is BranchingEncoder branching ? branching.BranchOf(features, space) : features;
}
