using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Heads;

/// <summary>The projection g from features h to the embeddings z that a loss compares: dense layers with ReLU between them.</summary>
/// <remarks>
/// <para>
/// With two layers and no batch norm, z = W₂·ReLU(W₁·h). After training the head is discarded: evaluation uses h. Dense layers
/// are initialised uniformly within ±1/√inputs, PyTorch's default. Parameters are named by position, ReLU counting:
/// <c>layers.0.weight</c>, <c>layers.2.weight</c> without batch norm; <c>layers.0.weight</c>, <c>layers.1.weight</c> (batch
/// norm), <c>layers.3.weight</c>, <c>layers.4.weight</c> (batch norm, which has no <c>bias</c> if it is the last) with it.
/// </para>
/// <para>
/// Chen et al., 2020 (arXiv:2002.05709) and "Big Self-Supervised Models are Strong Semi-Supervised Learners", 2020
/// (arXiv:2006.10029), google-research/simclr/tf2/model.py; MoCoV2: Chen et al., "Improved Baselines with Momentum Contrastive
/// Learning", 2020 (arXiv:2003.04297), facebookresearch/moco/moco/builder.py.
/// </para>
/// </remarks>
public sealed class ProjectionHead : nn.Module<Tensor, Tensor>
{
    // The field's name begins the parameters' names.
    private readonly Sequential layers;
    private readonly bool _hasBatchNorm;

    /// <summary>Builds and initialises a head on the CPU, in Float32.</summary>
    /// <param name="inputDimension">d, the width of the features, at least 1.</param>
    /// <param name="widths">The width of each layer's output, each at least 1; the last is the embeddings'. Empty: z = h.</param>
    /// <param name="batchNorm">Which layers batch norm follows (before ReLU). Default: none.</param>
    /// <param name="bias">Whether the dense layers have a bias. Default: yes.</param>
    /// <param name="generator">Draws the initial weights; on the CPU. Default: libtorch's own.</param>
    /// <exception cref="ArgumentOutOfRangeException">A width is below 1, or <paramref name="batchNorm"/> is undefined.</exception>
    /// <example><code>using var head = new ProjectionHead(2048, [4096, 256], HeadNormalisation.Hidden);</code></example>
    public ProjectionHead(
        long inputDimension,
        IReadOnlyList<long> widths,
        HeadNormalisation batchNorm = HeadNormalisation.None,
        bool bias = true,
        Generator? generator = null)
        : base(nameof(ProjectionHead))
    {
        ArgumentNullException.ThrowIfNull(widths);
        ModuleGuard.AtLeast(inputDimension, 1, nameof(inputDimension));
        for (var i = 0; i < widths.Count; i++)
        {
            ModuleGuard.AtLeast(widths[i], 1, $"widths[{i}]");
        }

        if (!Enum.IsDefined(batchNorm))
        {
            throw new ArgumentOutOfRangeException(
                nameof(batchNorm), batchNorm, $"Expected `batchNorm` to be None, Hidden or All, but got {batchNorm}.");
        }

        (InputDimension, OutputDimension) = (inputDimension, widths.Count == 0 ? inputDimension : widths[^1]);
        using var scope = NewDisposeScope();
        layers = nn.Sequential(Build(inputDimension, widths, batchNorm, bias, generator));
        _hasBatchNorm = layers.children().OfType<BatchNorm1d>().Any();
        RegisterComponents();
    }

    /// <summary>The width of the features.</summary>
    public long InputDimension { get; }

    /// <summary>The width of the embeddings.</summary>
    public long OutputDimension { get; }

    /// <summary>No head: z = h.</summary>
    /// <param name="dimension">d, the width of features and embeddings.</param>
    /// <returns>A head without parameters. The caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The width is below 1.</exception>
    public static ProjectionHead None(long dimension) => new(dimension, []);

    /// <summary>A linear head: z = W·h, without bias.</summary>
    /// <param name="inputDimension">d, the width of the features.</param>
    /// <param name="outputDimension">The width of the embeddings. Default 128.</param>
    /// <param name="generator">As in the constructor.</param>
    /// <returns>The head. The caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A width is below 1.</exception>
    public static ProjectionHead Linear(long inputDimension, long outputDimension = 128, Generator? generator = null) =>
        new(inputDimension, [outputDimension], bias: false, generator: generator);

    /// <summary>SimCLR's head as its paper has it: z = W₂·ReLU(W₁·h), hidden width d, neither bias nor batch norm.</summary>
    /// <inheritdoc cref="Linear"/>
    public static ProjectionHead SimClrV1Paper(long inputDimension, long outputDimension = 128, Generator? generator = null) =>
        new(inputDimension, [inputDimension, outputDimension], bias: false, generator: generator);

    /// <summary>SimCLR's head as its code has it: two dense layers without bias, each followed by batch norm.</summary>
    /// <inheritdoc cref="Linear"/>
    public static ProjectionHead SimClrV1Code(long inputDimension, long outputDimension = 128, Generator? generator = null) =>
        new(inputDimension, [inputDimension, outputDimension], HeadNormalisation.All, bias: false, generator);

    /// <summary>SimCLR v2's head: three dense layers without bias, each followed by batch norm; hidden widths d.</summary>
    /// <inheritdoc cref="Linear"/>
    public static ProjectionHead SimClrV2(long inputDimension, long outputDimension = 128, Generator? generator = null) =>
        new(inputDimension, [inputDimension, inputDimension, outputDimension], HeadNormalisation.All, bias: false, generator);

    /// <summary>MoCo v2's head: two dense layers with bias, hidden width d, no batch norm.</summary>
    /// <inheritdoc cref="Linear"/>
    public static ProjectionHead MoCoV2(long inputDimension, long outputDimension = 128, Generator? generator = null) =>
        new(inputDimension, [inputDimension, outputDimension], generator: generator);

    /// <summary>The embeddings of a batch of features; not normalised, the losses do that.</summary>
    /// <param name="features">
    /// [B, d], B ≥ 1, and B ≥ 2 while training a head with batch norm; of the parameters' type and device, or of the type of
    /// <see cref="MixedPrecision"/>.
    /// </param>
    /// <returns>[B, <see cref="OutputDimension"/>], of the features' type. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// The features have another rank, width, type or device, or are too few for batch norm.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The features have been disposed.</exception>
    public override Tensor forward(Tensor features)
    {
        Guard.Embeddings(features, nameof(features));
        ModuleGuard.LikeParameters(features, nameof(features), this);
        var shape = features.shape;
        if (shape[1] != InputDimension)
        {
            throw new ArgumentException($"Expected `features` to have shape [B, {InputDimension}], but got {Guard.Text(shape)}.");
        }

        if (_hasBatchNorm)
        {
            ModuleGuard.EnoughForBatchNorm(features, nameof(features), shape[0], this);
        }

        using var embeddings = layers.CallMixed(features);
        return embeddings.to(features.dtype);
    }

    private static IEnumerable<nn.Module<Tensor, Tensor>> Build(
        long inputs, IReadOnlyList<long> widths, HeadNormalisation batchNorm, bool bias, Generator? generator)
    {
        for (var i = 0; i < widths.Count; i++)
        {
            var isLast = i == widths.Count - 1;
            yield return Layers.Dense(i == 0 ? inputs : widths[i - 1], widths[i], bias, generator);
            if (batchNorm == HeadNormalisation.All || (batchNorm == HeadNormalisation.Hidden && !isLast))
            {
                var norm = nn.BatchNorm1d(widths[i]);
                if (isLast)
                {
                    norm.bias = null;
                }

                yield return norm;
            }

            if (!isLast)
            {
                yield return nn.ReLU();
            }
        }
    }
}
