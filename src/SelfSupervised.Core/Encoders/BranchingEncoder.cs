using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Encoders;

/// <summary>An encoder whose last stage exists several times: one trunk, and a branch for each embedding space.</summary>
/// <remarks>
/// <para>
/// The last map holds the branches' maps one after the other along the channels, so that the feature vectors are the branches' pooled
/// features, concatenated: [B, <see cref="Branches"/> · <see cref="BranchDimension"/>]. <see cref="BranchOf"/> cuts one branch's out of them.
/// </para>
/// <para>
/// It is LooC++'s encoder, and MoCo++'s: a residual network of which conv5 is replicated. Xiao et al., "What Should Not Be Contrastive in
/// Contrastive Learning", 2021 (arXiv:2008.05659).
/// </para>
/// </remarks>
public sealed class BranchingEncoder : Encoder
{
    // The fields' names begin the parameters' names.
    private readonly ModuleList<nn.Module<Tensor, Tensor>> trunk;
    private readonly ModuleList<nn.Module<Tensor, Tensor>> branches;

    /// <summary>Composes an encoder, which then owns its parts. Build them inside a dispose scope: TorchSharp's layers leave temporaries in it.</summary>
    /// <param name="inputChannels">C, the channels of the images, at least 1.</param>
    /// <param name="stride">Pixels of the image per position of a branch's map, at least 1.</param>
    /// <param name="trunk">The stages before the last, at least one, each with the channels of its map.</param>
    /// <param name="branches">At least one: each the last stage, from the trunk's map to one of <paramref name="branchDimension"/> channels.</param>
    /// <param name="branchDimension">The channels of a branch's map, at least 1.</param>
    /// <exception cref="ArgumentException">There is no stage, no branch, or one is null or there twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    public BranchingEncoder(
        long inputChannels,
        long stride,
        IReadOnlyList<(nn.Module<Tensor, Tensor> Stage, long Channels)> trunk,
        IReadOnlyList<nn.Module<Tensor, Tensor>> branches,
        long branchDimension)
        : base(nameof(BranchingEncoder), inputChannels, stride, Channels(trunk, branches, branchDimension))
    {
        Distinct([.. trunk.Select(one => one.Stage)], nameof(trunk));
        Distinct(branches, nameof(branches));
        BranchDimension = branchDimension;
        this.trunk = new ModuleList<nn.Module<Tensor, Tensor>>([.. trunk.Select(one => one.Stage)]);
        this.branches = new ModuleList<nn.Module<Tensor, Tensor>>([.. branches]);
        RegisterComponents();
    }

    /// <summary>The number of branches.</summary>
    public int Branches => branches.Count;

    /// <summary>The width of one branch's features.</summary>
    public long BranchDimension { get; }

    /// <summary>A residual network (v1) with its last stage replicated, initialised on the CPU.</summary>
    /// <remarks>
    /// Parameters are named <c>trunk.0.conv1.weight</c>, <c>trunk.0.layer1.0.conv1.weight</c>, <c>trunk.1.0.conv1.weight</c> (layer2) and
    /// <c>branches.0.0.conv1.weight</c>. With one branch it computes what a <see cref="ResNet"/> of its weights does.
    /// </remarks>
    /// <param name="layout">Depth, stem and widths.</param>
    /// <param name="branches">The number of branches, at least 1: n + 1 for LooC++ with n augmentations.</param>
    /// <param name="zeroInitialise">As in <see cref="ResNet"/>. Default: no.</param>
    /// <param name="generator">Draws the initial weights, each branch's anew; on the CPU. Default: libtorch's own.</param>
    /// <returns>The encoder. The caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of branches is below 1.</exception>
    /// <example><code>using var encoder = BranchingEncoder.OfResNet(new ResNetLayout(18, ResNetStem.Cifar), branches: 3);</code></example>
    public static BranchingEncoder OfResNet(ResNetLayout layout, int branches, bool zeroInitialise = false, Generator? generator = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ModuleGuard.AtLeast(branches, 1, nameof(branches));
        using var scope = NewDisposeScope();
        var channels = layout.StageChannels;
        nn.Module<Tensor, Tensor> first = new ResNetFirstStage(layout, Block, generator);
        return new BranchingEncoder(
            layout.InputChannels,
            layout.Stride,
            [(first, channels[0]), (layout.Stage(1, Block), channels[1]), (layout.Stage(2, Block), channels[2])],
            [.. Enumerable.Range(0, branches).Select(_ => layout.Stage(3, Block))],
            channels[3]);

        ResidualBlock Block(long inputs, long width, long stride) =>
            new(inputs, width, stride, layout.HasBottlenecks, zeroInitialise, layout.BatchNormSplits, generator);
    }

    /// <summary>A <see cref="SmallConvNet"/> with its last layer replicated, initialised on the CPU.</summary>
    /// <param name="branches">The number of branches, at least 1.</param>
    /// <param name="baseWidth">As in <see cref="SmallConvNet"/>. Default 32: 128 features for each branch.</param>
    /// <param name="inputChannels">As in <see cref="SmallConvNet"/>. Default 3.</param>
    /// <param name="generator">Draws the initial weights, each branch's anew; on the CPU. Default: libtorch's own.</param>
    /// <param name="batchNormSplits">As in <see cref="SmallConvNet"/>. Default 1.</param>
    /// <returns>The encoder. The caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    /// <example><code>using var encoder = BranchingEncoder.OfSmallConvNet(branches: 3);</code></example>
    public static BranchingEncoder OfSmallConvNet(
        int branches, long baseWidth = 32, long inputChannels = 3, Generator? generator = null, int batchNormSplits = 1)
    {
        ModuleGuard.AtLeast(branches, 1, nameof(branches));
        ModuleGuard.AtLeast(baseWidth, 1, nameof(baseWidth));
        ModuleGuard.AtLeast(inputChannels, 1, nameof(inputChannels));
        ModuleGuard.AtLeast(batchNormSplits, 1, nameof(batchNormSplits));
        using var scope = NewDisposeScope();
        return new BranchingEncoder(
            inputChannels,
            stride: 8,
            [
                (SmallConvNet.Layer(inputChannels, baseWidth, batchNormSplits, generator), baseWidth),
                (SmallConvNet.Layer(baseWidth, 2 * baseWidth, batchNormSplits, generator), 2 * baseWidth),
            ],
            [.. Enumerable.Range(0, branches).Select(_ => SmallConvNet.Layer(2 * baseWidth, 4 * baseWidth, batchNormSplits, generator))],
            4 * baseWidth);
    }

    /// <summary>One branch's part of feature vectors.</summary>
    /// <param name="features">[B, <see cref="Encoder.FeatureDimension"/>], as <c>forward</c> gives them.</param>
    /// <param name="branch">The branch, from 0.</param>
    /// <returns>[B, <see cref="BranchDimension"/>], a view of them. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The features have another rank or width.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such branch.</exception>
    /// <exception cref="ObjectDisposedException">The features have been disposed.</exception>
    public Tensor BranchOf(Tensor features, int branch)
    {
        Guard.Alive(features, nameof(features));
        var shape = features.shape;
        if (shape.Length != 2 || shape[1] != FeatureDimension)
        {
            throw new ArgumentException($"Expected `features` to have shape [B, {FeatureDimension}], but got {Guard.Text(shape)}.", nameof(features));
        }

        ViewGuard.Place(branch, Branches, nameof(branch));
        return features.narrow(1, branch * BranchDimension, BranchDimension);
    }

    /// <inheritdoc/>
    protected override Tensor Stage(int index, Tensor input)
    {
        if (index < trunk.Count)
        {
            return trunk[index].CallMixed(input);
        }

        using var scope = NewDisposeScope();
        return cat([.. branches.Select(branch => branch.CallMixed(input))], 1).MoveToOuterDisposeScope();
    }

    private static long[] Channels(
        IReadOnlyList<(nn.Module<Tensor, Tensor> Stage, long Channels)> trunk, IReadOnlyList<nn.Module<Tensor, Tensor>> branches, long branchDimension)
    {
        ArgumentNullException.ThrowIfNull(trunk);
        ArgumentNullException.ThrowIfNull(branches);
        ModuleGuard.AtLeast(branchDimension, 1, nameof(branchDimension));
        return [.. trunk.Select(one => one.Channels), branches.Count * branchDimension];
    }

    private static void Distinct(IReadOnlyList<nn.Module<Tensor, Tensor>> modules, string name)
    {
        if (modules.Count == 0 || modules.Contains(null!) || modules.Distinct().Count() != modules.Count)
        {
            throw new ArgumentException($"Expected `{name}` to be at least one module, none of them null or there twice.", name);
        }
    }
}
