using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>Instance discrimination (InstDisc, NPID): each image is to be told from all others, by the memory of what it looked like.</summary>
/// <remarks>
/// <para>
/// x → one view → encoder f → head g → z, compared with a <see cref="MemoryBank"/> of all n images: by
/// <see cref="NonParametricSoftmax"/> over all of them, or by <see cref="Nce"/> of log-scores cos/τ against m of them, drawn uniformly
/// with replacement, and Z estimated from the first batch. The other "view" of an image is its own memory, which takes z in
/// after the optimiser's step.
/// </para>
/// <para>
/// Outputs are the embeddings, normalised, and the images' memories. Metrics: "accuracy", the share of images that are most similar to their own
/// memory, of all candidates; "similarity", the mean cosine with it; "fill", the share of memories that were ever updated.
/// </para>
/// <para>
/// The images are of the data set, and an image may be in a batch more than once. The state is encoder, head, bank and Z. In training, what <see cref="SeparableMethod.Compute"/> saw is kept for <see cref="AfterStep"/>,
/// B·D numbers a batch, from as many batches as a step takes; evaluation changes nothing.
/// </para>
/// <para>
/// Wu et al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", 2018 (arXiv:1805.01978),
/// zhirongw/lemniscate.pytorch. <see cref="InstanceDiscriminationOptions"/> names the published settings.
/// </para>
/// </remarks>
public sealed partial class InstanceDiscrimination : SeparableMethod
{
    // The fields' names begin the names in the state.
    private readonly nn.Module<Tensor, Tensor> encoder;
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly MemoryBank bank;
    private readonly NceLoss? nce;
    private readonly NegativeSampler _sampler;
    private readonly PendingRows _pending = new();

    /// <summary>Composes the method, which then owns encoder, head and bank.</summary>
    /// <param name="encoder">f, from views [B, C, H, W] to features [B, d].</param>
    /// <param name="head">g, from features [B, d] to embeddings [B, D]; as a rule linear.</param>
    /// <param name="views">One view.</param>
    /// <param name="bank">One row of width D for each image of the data set.</param>
    /// <param name="options">How they are compared. Default: <see cref="InstanceDiscriminationOptions.ImageNet"/>.</param>
    /// <exception cref="ArgumentException">The plan has more than one view.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number of the options is out of range.</exception>
    /// <example><code>
    /// using var method = new InstanceDiscrimination(
    ///     encoder, ProjectionHead.Linear(encoder.FeatureDimension), new ViewPlan([ViewPresets.InstDiscCifar()]),
    ///     new MemoryBank(50_000, 128), InstanceDiscriminationOptions.Cifar10);
    /// </code></example>
    public InstanceDiscrimination(
        nn.Module<Tensor, Tensor> encoder,
        nn.Module<Tensor, Tensor> head,
        IViews views,
        MemoryBank bank,
        InstanceDiscriminationOptions? options = null)
        : base(nameof(InstanceDiscrimination))
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(views);
        ArgumentNullException.ThrowIfNull(bank);
        options ??= InstanceDiscriminationOptions.ImageNet;
        Guard.Positive(options.Temperature, nameof(options.Temperature));
        ModuleGuard.AtLeast(options.Negatives, 0, nameof(options.Negatives));
        ViewGuard.AtLeastZero(options.ProximalWeight, nameof(options.ProximalWeight));
        ViewGuard.Defined(options.Comparison, nameof(options.Comparison));
        if (views.Count != 1)
        {
            throw new ArgumentException($"Expected `views` to plan one view, but it plans {views.Count}.", nameof(views));
        }

        (this.encoder, this.head, this.bank, Views, Options) = (encoder, head, bank, views, options);
        _sampler = new NegativeSampler(bank.Count);
        nce = options.Negatives > 0 && options.Comparison == InstanceComparison.NoiseContrast ? NceLoss.Estimated(bank.Count, checkValues: false) : null;
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Encoder => encoder;

    /// <summary>The head: kept or discarded after training, as one likes; the paper's embeddings are z.</summary>
    public nn.Module<Tensor, Tensor> Head => head;

    /// <summary>The memories.</summary>
    public MemoryBank Bank => bank;

    /// <summary>The loss by noise contrast, with its Z; null with another.</summary>
    public NceLoss? Nce => nce;

    /// <summary>The view.</summary>
    public IViews Views { get; }

    /// <summary>How images and memories are compared.</summary>
    public InstanceDiscriminationOptions Options { get; }

    /// <summary>The memories take in what the step saw, batch after batch; the last of an image's embeddings in a batch counts.</summary>
    /// <param name="player">0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such player.</exception>
    public override void AfterStep(int player = 0)
    {
        ViewGuard.Place(player, Players.Count, nameof(player));
        _pending.Take((rows, indices, _) => bank.Update(rows, indices, checkValues: false));
    }

    /// <inheritdoc/>
    protected internal override IEnumerable<nn.Module> ReplayedModules => [encoder, head];

    /// <inheritdoc/>
    protected internal override IReadOnlyList<Tensor> Embed(PretrainingBatch batch, int player, bool trainedOnly)
    {
        var indices = batch.Indices.Span;
        IndexGuard.Rows(indices, nameof(batch.Indices), bank.Count);
        using var scope = NewDisposeScope();
        var view = Views.Make(batch.Images, Options.Seed, batch.Step, indices, batch.Pass)[0];
        var embeddings = head.call(encoder.call(view));
        Guard.SameWidth(embeddings, nameof(embeddings), bank.Rows, nameof(bank));
        return [embeddings.MoveToOuterDisposeScope()];
    }

    /// <inheritdoc/>
    protected internal override MethodOutput Compare(IReadOnlyList<Tensor> embeddings, PretrainingBatch batch, int player)
    {
        var indices = batch.Indices.Span;
        using var scope = NewDisposeScope();
        var memories = bank.Gather(indices);
        var comparison = Options.Negatives == 0 ? CompareWithAll(embeddings[0], batch) : CompareWithSome(embeddings[0], batch);
        var unit = Similarity.Unit(embeddings[0].detach(), Similarity.Precision(embeddings[0]));
        var metrics = batch.WithMetrics ? Metrics(comparison.Accuracy!, unit, memories) : [];
        if (training && is_grad_enabled())
        {
            _pending.Add(batch.Step, indices, unit);
        }

        var loss = WithProximal(comparison.Loss, embeddings[0], memories);
        scope.MoveToOuter([loss, unit, memories, .. metrics.Values]);
        return new MethodOutput(loss, [unit, memories], metrics);
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
}
