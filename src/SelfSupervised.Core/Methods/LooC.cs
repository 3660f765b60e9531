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

/// <summary>LooC and LooC++: one embedding space that is invariant to all augmentations, and one for each that is sensitive to it alone.</summary>
/// <remarks>
/// <para>
/// Of each image there is a query and n + 1 keys (<see cref="ViewPlan.LeaveOneOut"/>). The query goes through encoder and heads, the keys through
/// momentum copies of all of them, every head on every key: kⱼ in space i is what the query is told apart from there. The loss is
/// <see cref="LeaveOneOut"/>, with a <see cref="KeyQueue"/> for each space. What has no space of its own, every space is invariant to.
/// </para>
/// <para>
/// With an ordinary encoder it is LooC: its features V are shared, and what is kept. With a <see cref="BranchingEncoder"/> it is LooC++: each space has a
/// last stage of its own, and the branches' features, concatenated, are what is kept. With no augmentation it is <see cref="MoCo"/>.
/// </para>
/// <para>
/// While a queue is empty, in the first step if it starts so, the negatives are the keys of the batch's other images. Keys are taken up while training
/// only: in evaluation a batch leaves no trace. There are n + 2 views, of which one is trained through.
/// </para>
/// <para>
/// Outputs are the first space's queries and keys k₀. Metrics: "accuracy NAME" and "loss NAME" for each of <see cref="SpaceNames"/>; "queue age" in
/// batches (NaN while empty) and "queue fill" as a share of K, of the first space.
/// </para>
/// <para>Xiao, Wang, Efros, Darrell, "What Should Not Be Contrastive in Contrastive Learning", 2021 (arXiv:2008.05659).</para>
/// </remarks>
public sealed class LooC : SeparableMethod
{
    // The name of space 0.
    private const string All = "all";

    // The fields' names begin the state's names.
    private readonly EmbeddingSpaces spaces;
    private readonly MomentumEncoder keySpaces;
    private readonly SpaceQueues queues;

    /// <summary>Composes the method, which then owns all its parts.</summary>
    /// <param name="encoder">Makes the encoder, from views [B, C, H, W] to features; asked twice, for queries and for keys.</param>
    /// <param name="head">Makes a head, from features, or a branch's, to embeddings [B, d]; asked 2(n + 1) times.</param>
    /// <param name="views">From <see cref="ViewPlan.LeaveOneOut"/>: a query and n + 1 keys.</param>
    /// <param name="options">The settings. Default: the published ones.</param>
    /// <param name="seed">What views, orders and random keys are drawn from. Default 0.</param>
    /// <exception cref="ArgumentException">
    /// The plan has not n + 2 views for its n augmentations, or one is named "all"; a branching encoder has not n + 1 branches; or a factory's modules
    /// are one or differ.
    /// </exception>
    /// <example><code>
    /// var views = LooCViews.Cifar(new RightAngleRotation());
    /// using var method = new LooC(
    ///     () => BranchingEncoder.OfSmallConvNet(branches: 3),
    ///     () => ProjectionHead.MoCoV2(128),
    ///     ViewPlan.LeaveOneOut(views.Pipeline, views.Color, views.Rotation));
    /// </code></example>
    public LooC(
        Func<nn.Module<Tensor, Tensor>> encoder,
        Func<nn.Module<Tensor, Tensor>> head,
        ViewPlan views,
        LooCOptions? options = null,
        long seed = 0)
        : base(nameof(LooC))
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(views);
        if (views.Count != views.Designated.Count + 2)
        {
            throw new ArgumentException(
                $"Expected `views` to plan a query and n + 1 keys for its n = {views.Designated.Count} augmentations, but it plans {views.Count} views.", nameof(views));
        }

        if (views.Designated.Any(one => one.Name == All))
        {
            throw new ArgumentException($"Expected no augmentation of `views` to be named \"{All}\", which is the first space's name.", nameof(views));
        }

        (Options, Views, Seed) = (options ?? new LooCOptions(), views, seed);
        SpaceNames = [All, .. views.Designated.Select(one => one.Name)];
        Func<nn.Module<Tensor, Tensor>> network = () => new EmbeddingSpaces(encoder(), [.. SpaceNames.Select(_ => head())]);
        spaces = (EmbeddingSpaces)network();
        keySpaces = new MomentumEncoder(spaces, network, Options.MoCo.Momentum, Options.MoCo.Buffers);
        queues = new SpaceQueues(SpaceNames.Count, Options.MoCo, seed);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public LooCOptions Options { get; }

    /// <summary>The views: the query's, and the keys' in order.</summary>
    public ViewPlan Views { get; }

    /// <summary>What is drawn at random is drawn from it.</summary>
    public long Seed { get; }

    /// <summary>The spaces' names, for metrics: "all", which is invariant to everything, then the augmentations'.</summary>
    public IReadOnlyList<string> SpaceNames { get; }

    /// <summary>V, or the branches' features concatenated, space after space.</summary>
    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Encoder => spaces.Encoder;

    /// <summary>Encoder and heads; <see cref="EmbeddingSpaces.Probe"/> gives single spaces to evaluate.</summary>
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
        var views = Views.Apply(batch.Images, Seed, batch.Step, batch.Indices.Span);
        var queries = Embeddings(spaces.call(views[0]));
        Tensor[] all = trainedOnly ? [queries] : [queries, stack(views.Skip(1).Select((view, number) => Keys(view, number, batch.Step)), 1)];
        scope.MoveToOuter(all);
        return all;
    }

    /// <inheritdoc/>
    protected internal override MethodOutput Compare(IReadOnlyList<Tensor> embeddings, PretrainingBatch batch, int player)
    {
        using var scope = NewDisposeScope();
        var (queries, keys) = (embeddings[0].transpose(0, 1), embeddings[1].permute(2, 1, 0, 3));
        var (negatives, hidden) = (new Tensor[spaces.Count], new Tensor?[spaces.Count]);
        for (var space = 0; space < spaces.Count; space++)
        {
            var entering = Entering(keys, space);
            (negatives[space], hidden[space]) = queues.Negatives(space, entering, batch);
            if (training)
            {
                queues.Add(space, entering, batch);
            }
        }

        var terms = LeaveOneOut.Terms(queries, keys, negatives, Options.MoCo.Temperature, hidden, checkValues: false, unitNegatives: true);
        var detached = queries.detach();
        var metrics = batch.WithMetrics
            ? Metrics(terms.detach(), LeaveOneOut.Accuracy(detached, keys, negatives, hidden, checkValues: false, unitNegatives: true), batch.Step)
            : [];
        return new MethodOutput(
            terms.mean().MoveToOuterDisposeScope(), [detached[0].MoveToOuterDisposeScope(), keys[0][0].MoveToOuterDisposeScope()], metrics);
    }

    // [B, S, d], as one space's head and queue have it.
    private Tensor Embeddings(Tensor embeddings)
    {
        ModuleGuard.Embeddings(embeddings.select(1, 0), "the heads' outputs", embeddings.shape[0], Options.MoCo.Dimension);
        return embeddings;
    }

    // Each view in an order of its own.
    private Tensor Keys(Tensor view, int number, int step) => Embeddings(
        Options.MoCo.ShuffleKeys ? BatchShuffle.Encode(keySpaces.call, view, Seed, step, number) : keySpaces.call(view));

    // Of a space's keys those that its queue takes up, a tensor per view.
    private Tensor[] Entering(Tensor keys, int space) => (space, Options.Queues) switch
    {
        (0, _) or (_, QueueContents.K0Only) => [keys[space][0]],
        (_, QueueContents.OwnView) => [keys[space][space]],
        _ => [.. Enumerable.Range(0, spaces.Count).Select(view => keys[space][view])],
    };

    private Dictionary<string, Tensor> Metrics(Tensor terms, Tensor accuracies, int step)
    {
        var metrics = new Dictionary<string, Tensor>();
        for (var space = 0; space < spaces.Count; space++)
        {
            metrics[$"accuracy {SpaceNames[space]}"] = accuracies[space].MoveToOuterDisposeScope();
            metrics[$"loss {SpaceNames[space]}"] = terms[space].mean().MoveToOuterDisposeScope();
        }

        var queue = queues.All[0];
        metrics["queue age"] = queue.MeanAge(step).MoveToOuterDisposeScope();
        metrics["queue fill"] = tensor((float)queue.Count / queue.Capacity).MoveToOuterDisposeScope();
        return metrics;
    }
}
