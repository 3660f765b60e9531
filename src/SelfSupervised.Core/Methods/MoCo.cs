using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Normalisation;
using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>MoCo: a view's query finds the key of the other view among the keys of many batches before.</summary>
/// <remarks>
/// <para>
/// q = g(f(x₁)) is trained; k = g'(f'(x₂)) comes from momentum copies of encoder and head; <see cref="InfoNCE.LossAgainst"/> compares q with k
/// and with a <see cref="KeyQueue"/> of K keys. After the optimiser's step the copies follow, and the batch's keys enter the queue. With K keys
/// that are alike the loss is ln(1 + K), the guess of chance.
/// </para>
/// <para>
/// While the queue is empty, in the first step if it starts so, the negatives are the batch's other keys. Keys are taken up while training
/// only: in evaluation a batch leaves no trace.
/// </para>
/// <para>
/// Outputs are queries and keys. Metrics: "accuracy", "queue age" in batches (NaN while empty), "queue fill" as a share of K.
/// </para>
/// <para>
/// He et al., "Momentum Contrast for Unsupervised Visual Representation Learning", 2019 (arXiv:1911.05722); Chen et al., "Improved
/// Baselines with Momentum Contrastive Learning", 2020 (arXiv:2003.04297); facebookresearch/moco.
/// </para>
/// </remarks>
public sealed class MoCo : SeparableMethod
{
    // The fields' names begin the state's names.
    private readonly nn.Module<Tensor, Tensor> encoder;
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly MomentumEncoder keyEncoder;
    private readonly MomentumEncoder keyHead;
    private readonly KeyQueue queue;
    private readonly PendingRows _pending;

    /// <summary>Composes the method, which then owns all its parts.</summary>
    /// <param name="encoder">Makes f, from views [B, C, H, W] to features; asked twice, for queries and for keys.</param>
    /// <param name="head">Makes g, from features to embeddings [B, d]; asked twice.</param>
    /// <param name="views">Two views of one image: query and key.</param>
    /// <param name="options">The settings. Default: <see cref="MoCoOptions.V1"/>'s, the queue being empty at first.</param>
    /// <param name="seed">What views, orders and random keys are drawn from. Default 0.</param>
    /// <exception cref="ArgumentException">The plan has not two views, or a factory's modules are one or differ.</exception>
    /// <example><code>
    /// using var method = new MoCo(
    ///     () => new ResNet(layout), () => ProjectionHead.MoCoV2(512), ViewPlan.TwoViews(ViewPresets.MoCoV2()), MoCoOptions.V2);
    /// </code></example>
    public MoCo(
        Func<nn.Module<Tensor, Tensor>> encoder,
        Func<nn.Module<Tensor, Tensor>> head,
        IViews views,
        MoCoOptions? options = null,
        long seed = 0)
        : base(nameof(MoCo))
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(head);
        ViewGuard.Pair(views, nameof(views), "query and key");

        (Options, Views, Seed) = (options ?? new MoCoOptions(), views, seed);
        (this.encoder, this.head) = (encoder(), head());
        keyEncoder = new MomentumEncoder(this.encoder, encoder, Options.Momentum, Options.Buffers);
        keyHead = new MomentumEncoder(this.head, head, Options.Momentum, Options.Buffers);
        _pending = new PendingRows(Options.QueueCapacity);
        queue = new KeyQueue(Options.QueueCapacity, Options.Dimension, Options.QueueStart, seed);
        RegisterComponents();
    }

    /// <summary>The settings.</summary>
    public MoCoOptions Options { get; }

    /// <summary>The views: the query's and the key's.</summary>
    public IViews Views { get; }

    /// <summary>What is drawn at random is drawn from it.</summary>
    public long Seed { get; }

    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Encoder => encoder;

    /// <summary>The head, which is discarded after training.</summary>
    public nn.Module<Tensor, Tensor> Head => head;

    /// <summary>The momentum copy of the encoder.</summary>
    public MomentumEncoder KeyEncoder => keyEncoder;

    /// <summary>The momentum copy of the head.</summary>
    public MomentumEncoder KeyHead => keyHead;

    /// <summary>The queue.</summary>
    public KeyQueue Queue => queue;

    /// <summary>The key encoder follows, and the keys of the batches since the last step enter the queue.</summary>
    /// <param name="player">0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such player.</exception>
    public override void AfterStep(int player = 0)
    {
        ViewGuard.Place(player, Players.Count, nameof(player));
        keyEncoder.Update(encoder);
        keyHead.Update(head);
        _pending.Take((keys, indices, step) => queue.Enqueue(keys, indices, step, checkValues: false));
    }

    /// <inheritdoc/>
    protected internal override IEnumerable<nn.Module> ReplayedModules => [encoder, head];

    /// <inheritdoc/>
    protected internal override IReadOnlyList<Tensor> Embed(PretrainingBatch batch, int player, bool trainedOnly)
    {
        using var scope = NewDisposeScope();
        var views = Views.Make(batch.Images, Seed, batch.Step, batch.Indices.Span, batch.Pass);
        var pairs = Options.Symmetric ? 2 : 1;
        Tensor[] queries = [.. views.Take(pairs).Select(Query)];
        Tensor[] keys = trainedOnly ? [] : [.. views.Reverse().Take(pairs).Select(view => Key(view, batch.Step))];
        scope.MoveToOuter([.. queries, .. keys]);
        return [.. queries, .. keys];
    }

    /// <inheritdoc/>
    protected internal override MethodOutput Compare(IReadOnlyList<Tensor> embeddings, PretrainingBatch batch, int player)
    {
        using var scope = NewDisposeScope();
        var pairs = embeddings.Count / 2;
        Tensor[] keys = [.. embeddings.Skip(pairs)];
        using var hidden = HasKeys && Options.ExcludeSameImage ? queue.SameImage(batch.Indices.Span) : null;
        using var memory = queue.Keys();
        var loss = Loss(embeddings[0], keys[0], memory, hidden);
        if (Options.Symmetric)
        {
            loss = loss.add(Loss(embeddings[1], keys[1], memory, hidden), Scalars.One);
        }

        if (training)
        {
            _pending.Add(batch.Step, batch.Indices.Span, keys);
        }

        var (query, key) = (embeddings[0].detach(), keys[0].detach());
        var metrics = batch.WithMetrics ? Metrics(query, key, memory, hidden, batch.Step) : [];
        return new MethodOutput(loss.MoveToOuterDisposeScope(), [query.MoveToOuterDisposeScope(), key.MoveToOuterDisposeScope()], metrics);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _pending.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool HasKeys => queue.Count > 0;

    private Tensor Loss(Tensor query, Tensor key, Tensor memory, Tensor? hidden) => HasKeys
        ? InfoNCE.LossAgainst(query, key, memory, Options.Temperature, hidden, checkValues: false, unitNegatives: true)
        : InfoNCE.Loss(query, key, Options.Temperature, checkValues: false);

    private Tensor Query(Tensor view)
    {
        var query = head.call(encoder.call(view));
        ModuleGuard.Embeddings(query, "the head's outputs", view.shape[0], Options.Dimension);
        return query;
    }

    private Tensor Key(Tensor view, int step) => Options.ShuffleKeys ? BatchShuffle.Encode(Keys, view, Seed, step) : Keys(view);

    private Tensor Keys(Tensor view)
    {
        using var features = keyEncoder.call(view);
        return keyHead.call(features);
    }

    private Dictionary<string, Tensor> Metrics(Tensor queries, Tensor keys, Tensor memory, Tensor? hidden, int step) => new()
    {
        ["accuracy"] = (HasKeys
            ? InfoNCE.AccuracyAgainst(queries, keys, memory, hidden, checkValues: false, unitNegatives: true)
            : InfoNCE.Accuracy(queries, keys, checkValues: false)).MoveToOuterDisposeScope(),
        ["queue age"] = queue.MeanAge(step).MoveToOuterDisposeScope(),
        ["queue fill"] = tensor((float)queue.Count / queue.Capacity).MoveToOuterDisposeScope(),
    };
}
