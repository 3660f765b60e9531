using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Normalisation;
using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>MoCo++: several branches and heads, each trained by MoCo's loss on the same two views; what LooC++ is compared with.</summary>
/// <remarks>
/// It has LooC++'s capacity and none of its sensitivity: in every space the positive is the key of the other view, and negatives are other images
/// alone, from a <see cref="KeyQueue"/> for each space. The loss is the mean over the spaces; with one it is <see cref="MoCo"/>'s. Outputs
/// are the first space's queries and keys. Metrics: "accuracy", the mean over the spaces. Xiao et al., 2021 (arXiv:2008.05659).
/// </remarks>
public sealed class MoCoPlusPlus : SeparableMethod
{
    // The fields' names begin the state's names.
    private readonly EmbeddingSpaces spaces;
    private readonly MomentumEncoder keySpaces;
    private readonly SpaceQueues queues;

    /// <summary>Composes the method, which then owns all its parts.</summary>
    /// <param name="encoder">Makes the encoder: as a rule a <see cref="BranchingEncoder"/>, each of whose branches gets a head; else one head. Asked twice.</param>
    /// <param name="head">Makes a head, from a branch's features to embeddings [B, d].</param>
    /// <param name="views">Two views of one image: query and key.</param>
    /// <param name="options">The settings, not symmetric. Default: MoCo v2's with 16,384 keys in each space, as <see cref="LooCOptions"/> has them.</param>
    /// <param name="seed">What views, orders and random keys are drawn from. Default 0.</param>
    /// <exception cref="ArgumentException">The plan has not two views, the options are symmetric, or a factory's modules are one or differ.</exception>
    /// <example><code>
    /// using var method = new MoCoPlusPlus(
    ///     () => BranchingEncoder.OfSmallConvNet(branches: 3), () => ProjectionHead.MoCoV2(128), ViewPlan.TwoViews(ViewPresets.MoCoCifar()));
    /// </code></example>
    public MoCoPlusPlus(
        Func<nn.Module<Tensor, Tensor>> encoder,
        Func<nn.Module<Tensor, Tensor>> head,
        IViews views,
        MoCoOptions? options = null,
        long seed = 0)
        : base(nameof(MoCoPlusPlus))
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(head);
        ViewGuard.Pair(views, nameof(views), "query and key");

        // Which also refuses symmetric ones.
        Options = options is null ? new LooCOptions().MoCo : new LooCOptions { MoCo = options }.MoCo;
        (Views, Seed) = (views, seed);
        spaces = Network();
        keySpaces = new MomentumEncoder(spaces, Network, Options.Momentum, Options.Buffers);
        queues = new SpaceQueues(spaces.Count, Options, seed);
        RegisterComponents();

        EmbeddingSpaces Network()
        {
            var made = encoder();
            return new EmbeddingSpaces(made, [.. Enumerable.Range(0, made is BranchingEncoder { Branches: var count } ? count : 1).Select(_ => head())]);
        }
    }

    /// <summary>The settings.</summary>
    public MoCoOptions Options { get; }

    /// <summary>The views: the query's and the key's.</summary>
    public IViews Views { get; }

    /// <summary>What is drawn at random is drawn from it.</summary>
    public long Seed { get; }

    /// <summary>The branches' features, concatenated.</summary>
    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Encoder => spaces.Encoder;

    /// <summary>Encoder and heads.</summary>
    public EmbeddingSpaces Spaces => spaces;

    /// <summary>The momentum copy of encoder and heads.</summary>
    public MomentumEncoder KeySpaces => keySpaces;

    /// <summary>The queue of each space.</summary>
    public IReadOnlyList<KeyQueue> Queues => queues.All;

    /// <summary>The momentum copies follow, and the keys of the batches since the last step enter the queues.</summary>
    /// <param name="player">0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such player.</exception>
    public override void AfterStep(int player = 0)
    {
        ViewGuard.Place(player, Players.Count, nameof(player));
        keySpaces.Update(spaces);
        queues.Enqueue();
    }

    /// <inheritdoc/>
    protected internal override IEnumerable<nn.Module> ReplayedModules => [spaces];

    /// <inheritdoc/>
    protected internal override IReadOnlyList<Tensor> Embed(PretrainingBatch batch, int player, bool trainedOnly)
    {
        using var scope = NewDisposeScope();
        var views = Views.Make(batch.Images, Seed, batch.Step, batch.Indices.Span, batch.Pass);
        var queries = spaces.call(views[0]);
        ModuleGuard.Embeddings(queries.select(1, 0), "the heads' outputs", views[0].shape[0], Options.Dimension);
        Tensor[] all = trainedOnly ? [queries] : [queries, Keys(views[1], batch.Step)];
        scope.MoveToOuter(all);
        return all;
    }

    /// <inheritdoc/>
    protected internal override MethodOutput Compare(IReadOnlyList<Tensor> embeddings, PretrainingBatch batch, int player)
    {
        using var scope = NewDisposeScope();
        var (queries, keys) = (embeddings[0].unbind(1), embeddings[1].unbind(1));
        var (losses, accuracies) = (new Tensor[queries.Length], new List<Tensor>());
        for (var space = 0; space < losses.Length; space++)
        {
            var (query, key) = (queries[space], keys[space]);
            var (negatives, hidden) = queues.Negatives(space, [key], batch);
            losses[space] = InfoNCE.LossAgainst(query, key, negatives, Options.Temperature, hidden, checkValues: false, unitNegatives: true);
            if (batch.WithMetrics)
            {
                accuracies.Add(InfoNCE.AccuracyAgainst(query, key, negatives, hidden, checkValues: false, unitNegatives: true));
            }

            if (training)
            {
                queues.Add(space, [key], batch);
            }
        }

        Dictionary<string, Tensor> metrics = batch.WithMetrics ? new() { ["accuracy"] = stack(accuracies).mean().MoveToOuterDisposeScope() } : [];
        return new MethodOutput(
            stack(losses).mean().MoveToOuterDisposeScope(), [queries[0].detach().MoveToOuterDisposeScope(), keys[0].MoveToOuterDisposeScope()], metrics);
    }

    private Tensor Keys(Tensor view, int step) => Options.ShuffleKeys ? BatchShuffle.Encode(keySpaces.call, view, Seed, step) : keySpaces.call(view);
}
