using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Encoders;

/// <summary>The residual network (v1): each block adds to its input and then applies ReLU.</summary>
/// <remarks>
/// <para>
/// Bottlenecks have their stride in the 3×3 convolution ("v1.5"), as in torchvision and SimCLR's code. Convolutions are
/// initialised Kaiming-normal by fan-out, batch norms to scale 1 and shift 0 (momentum 0.1 in PyTorch's sense, ε 1e-5).
/// Parameters and buffers have torchvision's names, so its weights load as they are: <c>conv1.weight</c>,
/// <c>layer1.0.bn1.running_mean</c>, <c>layer2.0.downsample.0.weight</c>, <c>fc.bias</c>.
/// </para>
/// <para>
/// The stages are layer1 to layer4; the stem belongs to the first. At depth 50 the trunk has 23,508,032 parameters, and a
/// classification layer of 1000 classes 2,049,000.
/// </para>
/// <para>
/// He et al., "Deep Residual Learning for Image Recognition", 2015 (arXiv:1512.03385); zero initialisation: Goyal et al.,
/// "Accurate, Large Minibatch SGD", 2017 (arXiv:1706.02677). torchvision/models/resnet.py.
/// </para>
/// </remarks>
public sealed class ResNet : Encoder
{
    // The fields' names are the parameters' names, which are torchvision's; their order is the parameters' order.
    private readonly Conv2d conv1;
    private readonly nn.Module<Tensor, Tensor> bn1;
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;
    private readonly Sequential layer4;
    private readonly Linear? fc;

    /// <summary>Builds and initialises the network on the CPU, in Float32.</summary>
    /// <param name="layout">Depth, stem and widths.</param>
    /// <param name="zeroInitialise">
    /// Whether the last batch norm of each block starts with scale 0, so that each block starts as ReLU of its shortcut. Default: no.
    /// </param>
    /// <param name="classes">
    /// The outputs of a classification layer <c>fc</c> over the features, for <see cref="Classify"/>; 0 (default) for none.
    /// It is no part of the encoder: <c>forward</c> returns features.
    /// </param>
    /// <param name="generator">Draws the initial weights; on the CPU. Default: libtorch's own.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is negative.</exception>
    /// <example><code>using var encoder = new ResNet(new ResNetLayout(18, ResNetStem.Cifar));</code></example>
    public ResNet(ResNetLayout layout, bool zeroInitialise = false, long classes = 0, Generator? generator = null)
        : base(nameof(ResNet), ResNetLayout.NotNull(layout).InputChannels, layout.Stride, layout.StageChannels)
    {
        ModuleGuard.AtLeast(classes, 0, nameof(classes));
        Layout = layout;
        using var scope = NewDisposeScope();
        conv1 = layout.StemConvolution(generator);
        bn1 = Layers.BatchNorm(layout.BaseWidth, layout.BatchNormSplits);
        layer1 = layout.Stage(0, Block);
        layer2 = layout.Stage(1, Block);
        layer3 = layout.Stage(2, Block);
        layer4 = layout.Stage(3, Block);
        fc = classes > 0 ? Layers.Dense(FeatureDimension, classes, bias: true, generator) : null;
        RegisterComponents();

        ResidualBlock Block(long inputs, long width, long stride) =>
            new(inputs, width, stride, layout.HasBottlenecks, zeroInitialise, layout.BatchNormSplits, generator);
    }

    /// <summary>Depth, stem and widths.</summary>
    public ResNetLayout Layout { get; }

    /// <summary>The classification layer's outputs (logits) for a batch of images.</summary>
    /// <param name="images">As in <see cref="Encoder.forward"/>.</param>
    /// <returns>[B, classes]. The caller owns it.</returns>
    /// <exception cref="InvalidOperationException">The network was built without classes.</exception>
    /// <exception cref="ArgumentException">As in <see cref="Encoder.forward"/>.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public Tensor Classify(Tensor images)
    {
        if (fc is null)
        {
            throw new InvalidOperationException("This ResNet was built without a classification layer: give its constructor `classes`.");
        }

        using var features = call(images);
        using var logits = fc.CallMixed(features);
        return logits.to(features.dtype);
    }

    /// <inheritdoc/>
    protected override Tensor Stage(int index, Tensor input)
    {
        using var scope = NewDisposeScope();
        var map = index switch
        {
            0 => layer1.call(Layout.StemPool(bn1.call(conv1.CallMixed(input)).relu_())),
            1 => layer2.call(input),
            2 => layer3.call(input),
            _ => layer4.call(input),
        };
        return map.MoveToOuterDisposeScope();
    }
}
