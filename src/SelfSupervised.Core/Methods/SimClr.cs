using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Views;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>SimCLR: two views of each image attract each other, and repel all other views of the batch.</summary>
/// <remarks>
/// <para>
/// x → V views → encoder f → h → head g → z → <see cref="NTXent"/>. All views go through in one batch, so that batch norm's
/// statistics mix them. After training the head is discarded: downstream tasks use h. There are 2(N−1) negatives for each view, so
/// large batches help; the guess of chance is a loss of ln(VN − 1). Outputs are the embeddings of each view. Metrics: "accuracy", the contrastive
/// accuracy.
/// </para>
/// <para>
/// Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020 (arXiv:2002.05709). With CIFAR-10:
/// batch 512, τ = 0.5, <see cref="ViewPresets.SimClrCifar"/>, a ResNet-18 with <c>ResNetStem.Cifar</c>; with ImageNet: batch 4096,
/// τ = 0.1, <see cref="ViewPresets.SimClrImageNet"/>, a ResNet-50; LARS, ten epochs of warm-up and a cosine for both.
/// </para>
/// </remarks>
public sealed class SimClr : SeparableMethod
{
    // The fields' names begin the parameters' names.
    private readonly nn.Module<Tensor, Tensor> encoder;
    private readonly nn.Module<Tensor, Tensor> head;
    private readonly Func<IReadOnlyList<Tensor>, double, Tensor> _loss;

    /// <summary>Composes the method, which then owns encoder and head.</summary>
    /// <param name="encoder">f, from views [B, C, H, W] to features [B, d].</param>
    /// <param name="head">g, from features [B, d] to embeddings [B, D].</param>
    /// <param name="views">Two or more views of one size.</param>
    /// <param name="temperature">τ, finite and above 0. Default 0.5.</param>
    /// <param name="seed">What the views are drawn from. Default 0.</param>
    /// <param name="loss">
    /// What is minimised, a function of the views' embeddings and of τ, V tensors [B, D]. Default: <see cref="NTXent"/>;
    /// <see cref="ViewmakerLoss.OneSided"/> is another.
    /// </param>
    /// <exception cref="ArgumentException">The plan has one view.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is out of range.</exception>
    /// <example><code>
    /// using var method = new SimClr(encoder, ProjectionHead.SimClrV2(encoder.FeatureDimension), ViewPlan.TwoViews(ViewPresets.SimClrCifar()));
    /// </code></example>
    public SimClr(nn.Module<Tensor, Tensor> encoder, nn.Module<Tensor, Tensor> head, IViews views, double temperature = 0.5, long seed = 0, Func<IReadOnlyList<Tensor>, double, Tensor>? loss = null)
        : base(nameof(SimClr))
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(views);
        Guard.Positive(temperature, nameof(temperature));
        if (views.Count < 2)
        {
            throw new ArgumentException("Expected `views` to plan at least two views, but it plans one.", nameof(views));
        }

        (this.encoder, this.head, Views, Temperature, Seed) = (encoder, head, views, temperature, seed);
        _loss = loss ?? ((embeddings, tau) => NTXent.Loss(embeddings, tau, checkValues: false));
        RegisterComponents();
    }

    /// <inheritdoc/>
    public override nn.Module<Tensor, Tensor> Encoder => encoder;

    /// <summary>The head, which is discarded after training.</summary>
    public nn.Module<Tensor, Tensor> Head => head;

    /// <summary>The views.</summary>
    public IViews Views { get; }

    /// <summary>The temperature τ.</summary>
    public double Temperature { get; }

    /// <summary>What the views are drawn from.</summary>
    public long Seed { get; }

    /// <inheritdoc/>
    protected internal override IEnumerable<nn.Module> ReplayedModules => [encoder, head];

    /// <inheritdoc/>
    protected internal override IReadOnlyList<Tensor> Embed(PretrainingBatch batch, int player, bool trainedOnly)
    {
        using var scope = NewDisposeScope();
        var views = Views.Make(batch.Images, Seed, batch.Step, batch.Indices.Span, batch.Pass);
        if (views.Any(view => !view.shape.AsSpan().SequenceEqual(views[0].shape)))
        {
            throw new ArgumentException($"Expected all views to have one size, but got {string.Join(", ", views.Select(view => Guard.Text(view.shape)))}.");
        }

        var embeddings = head.call(encoder.call(cat([.. views]))).chunk(views.Count);
        scope.MoveToOuter(embeddings);
        return embeddings;
    }

    /// <inheritdoc/>
    protected internal override MethodOutput Compare(IReadOnlyList<Tensor> embeddings, PretrainingBatch batch, int player)
    {
        using var scope = NewDisposeScope();
        var loss = _loss(embeddings, Temperature).MoveToOuterDisposeScope();
        Tensor[] detached = [.. embeddings.Select(one => one.detach().MoveToOuterDisposeScope())];
        var metrics = new Dictionary<string, Tensor>();
        if (batch.WithMetrics)
        {
            metrics["accuracy"] = NTXent.Accuracy(detached, checkValues: false).MoveToOuterDisposeScope();
        }

        return new MethodOutput(loss, detached, metrics);
    }
}
