using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Normalisation;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Encoders;

/// <summary>The layers of a residual network: how many, how wide, and how it begins.</summary>
/// <remarks>
/// <para>
/// Four stages of residual blocks. With base width w their convolutions have w, 2w, 4w and 8w channels; the first block of
/// every stage but the first halves the size. Depths 18 and 34 have basic blocks (two 3×3 convolutions); 50, 101 and 152 have
/// bottlenecks (1×1, 3×3, 1×1), whose outputs are four times as wide. The feature dimension is 8w or 32w.
/// </para>
/// <para>
/// The base width is in channels, because the literature counts it in two ways: SimCLR and BYOL write "k×" for w = 64k;
/// Kolesnikov et al. (2019) write k for w = 16k, so that their k = 4 is the ordinary network.
/// </para>
/// <para>
/// He et al., "Deep Residual Learning for Image Recognition", 2015 (arXiv:1512.03385); stems as in Chen et al., "A Simple
/// Framework for Contrastive Learning of Visual Representations", 2020 (arXiv:2002.05709).
/// </para>
/// </remarks>
public sealed record ResNetLayout
{
    /// <summary>Describes a network.</summary>
    /// <param name="depth">18, 34, 50, 101 or 152.</param>
    /// <param name="stem">How it begins. Default: as for ImageNet.</param>
    /// <param name="baseWidth">w, the channels of the stem and of the first stage's convolutions, at least 1. Default 64.</param>
    /// <param name="inputChannels">The channels of the images, at least 1. Default 3.</param>
    /// <exception cref="ArgumentOutOfRangeException">The depth or the stem is none of those named, or a number is too small.</exception>
    public ResNetLayout(int depth, ResNetStem stem = ResNetStem.ImageNet, long baseWidth = 64, long inputChannels = 3)
    {
        if (depth is not (18 or 34 or 50 or 101 or 152))
        {
            throw new ArgumentOutOfRangeException(nameof(depth), depth, $"Expected `depth` to be 18, 34, 50, 101 or 152, but got {depth}.");
        }

        if (!Enum.IsDefined(stem))
        {
            throw new ArgumentOutOfRangeException(nameof(stem), stem, $"Expected `stem` to be ImageNet or Cifar, but got {stem}.");
        }

        ModuleGuard.AtLeast(baseWidth, 1, nameof(baseWidth));
        ModuleGuard.AtLeast(inputChannels, 1, nameof(inputChannels));
        (Depth, Stem, BaseWidth, InputChannels) = (depth, stem, baseWidth, inputChannels);
    }

    /// <summary>The number of layers with weights, counted as the paper counts them.</summary>
    public int Depth { get; }

    /// <summary>How the network begins.</summary>
    public ResNetStem Stem { get; }

    /// <summary>w, the channels of the stem and of the first stage's convolutions.</summary>
    public long BaseWidth { get; }

    /// <summary>The channels of the images.</summary>
    public long InputChannels { get; }

    /// <summary>
    /// S, the parts of a training batch that batch norm treats each by itself (<see cref="SplitBatchNorm2d"/>), at least 1; a batch is then a
    /// multiple of S images. Default 1: ordinary batch norm.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public int BatchNormSplits
    {
        get;
        init
        {
            ModuleGuard.AtLeast(value, 1, nameof(BatchNormSplits));
            field = value;
        }
    }
    = 1;

    /// <summary>The channels of each stage's map; the last is the feature dimension.</summary>
    public IReadOnlyList<long> StageChannels => [.. Enumerable.Range(0, 4).Select(stage => (HasBottlenecks ? 4 : 1) * Width(stage))];

    /// <summary>Pixels of the image per position of the last stage's map.</summary>
    public long Stride => Stem == ResNetStem.ImageNet ? 32 : 8;

    internal bool HasBottlenecks => Depth >= 50;

    private int[] Blocks => Depth switch
    {
        18 => [2, 2, 2, 2],
        101 => [3, 4, 23, 3],
        152 => [3, 8, 36, 3],
        _ => [3, 4, 6, 3],
    };

    /// <summary>For base-constructor calls, which come before a constructor's own checks.</summary>
    internal static ResNetLayout NotNull(ResNetLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return layout;
    }

    internal Conv2d StemConvolution(Generator? generator) =>
        Stem == ResNetStem.ImageNet
            ? Layers.Convolution(InputChannels, BaseWidth, kernel: 7, stride: 2, generator)
            : Layers.Convolution(InputChannels, BaseWidth, kernel: 3, stride: 1, generator);

    /// <summary>The stem's max-pool, or the map as it is.</summary>
    internal Tensor StemPool(Tensor map) =>
        Stem == ResNetStem.ImageNet ? nn.functional.max_pool2d(map, kernel_size: 3, stride: 2, padding: 1) : map;

    /// <summary>A stage's blocks, from a function of (inputs, width, stride).</summary>
    internal Sequential Stage(int stage, Func<long, long, long, nn.Module<Tensor, Tensor>> block)
    {
        var channels = StageChannels;
        var first = block(stage == 0 ? BaseWidth : channels[stage - 1], Width(stage), stage == 0 ? 1 : 2);
        var others = Enumerable.Range(1, Blocks[stage] - 1).Select(_ => block(channels[stage], Width(stage), 1));
        return nn.Sequential(others.Prepend(first));
    }

    private long Width(int stage) => BaseWidth << stage;
}
