using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Encoders;

/// <summary>The residual network v2: batch norm and ReLU stand before each convolution, and the shortcuts stay untouched.</summary>
/// <remarks>
/// <para>
/// The stem is a convolution (and max-pool) alone. Where a block changes the shape, its shortcut is a 1×1 convolution of the
/// pre-activated input, without batch norm. After the last stage come batch norm and ReLU, and then the mean over the
/// positions; without that ReLU it is the "(−)" variant of Kolesnikov et al., whose features have both signs. Strides are in
/// the 3×3 convolutions; the initialisation is that of <see cref="ResNet"/>.
/// </para>
/// <para>
/// The stages are layer1 to layer4; the first three maps are not activated, the last one is. Parameters are named after
/// torchvision's v1: <c>conv1.weight</c>, <c>layer1.0.bn1.weight</c>, <c>layer1.0.downsample.weight</c>, <c>bn.weight</c>.
/// </para>
/// <para>
/// He et al., "Identity Mappings in Deep Residual Networks", 2016 (arXiv:1603.05027); Kolesnikov et al., "Revisiting
/// Self-Supervised Visual Representation Learning", 2019 (arXiv:1901.09005).
/// </para>
/// </remarks>
public sealed class ResNetV2 : Encoder
{
    // The fields' names are the parameters' names.
    private readonly Conv2d conv1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;
    private readonly nn.Module<Tensor, Tensor> bn;
    private readonly ResNetLayout _layout;

    /// <summary>Builds and initialises the network on the CPU, in Float32.</summary>
    /// <param name="layout">Depth, stem and widths.</param>
    /// <param name="finalActivation">Whether ReLU follows the last batch norm. Default: yes.</param>
    /// <param name="generator">Draws the initial weights; on the CPU. Default: libtorch's own.</param>
    /// <example><code>using var encoder = new ResNetV2(new ResNetLayout(50), finalActivation: false);</code></example>
    public ResNetV2(ResNetLayout layout, bool finalActivation = true, Generator? generator = null)
        : base(nameof(ResNetV2), ResNetLayout.NotNull(layout).InputChannels, layout.Stride, layout.StageChannels)
    {
        _layout = layout;
        FinalActivation = finalActivation;
        using var scope = NewDisposeScope();
        conv1 = layout.StemConvolution(generator);
        layer1 = layout.Stage(0, Block);
        layer2 = layout.Stage(1, Block);
        layer3 = layout.Stage(2, Block);
        layer4 = layout.Stage(3, Block);
        bn = Layers.BatchNorm(FeatureDimension, layout.BatchNormSplits);
        RegisterComponents();

        PreActivationBlock Block(long inputs, long width, long stride) =>
            new(inputs, width, stride, layout.HasBottlenecks, layout.BatchNormSplits, generator);
    }

    /// <summary>Whether ReLU follows the last batch norm.</summary>
    public bool FinalActivation { get; }

    /// <inheritdoc/>
    protected override Tensor Stage(int index, Tensor input)
    {
        using var scope = NewDisposeScope();
        var map = index switch
        {
            0 => layer1.call(_layout.StemPool(conv1.CallMixed(input))),
            1 => layer2.call(input),
            2 => layer3.call(input),
            _ => bn.call(layer4.call(input)),
        };
        return (index == 3 && FinalActivation ? map.relu_() : map).MoveToOuterDisposeScope();
    }
}
