using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Encoders;

/// <summary>F(x) + shortcut(x), every convolution of F being preceded by batch norm and ReLU.</summary>
/// <remarks>Where the shape changes, the shortcut is a 1×1 convolution of the pre-activated input, without batch norm.</remarks>
internal sealed class PreActivationBlock : nn.Module<Tensor, Tensor>
{
    // The fields' names are the parameters' names.
    private readonly nn.Module<Tensor, Tensor> bn1;
    private readonly Conv2d conv1;
    private readonly nn.Module<Tensor, Tensor> bn2;
    private readonly Conv2d conv2;
    private readonly nn.Module<Tensor, Tensor>? bn3;
    private readonly Conv2d? conv3;
    private readonly Conv2d? downsample;

    public PreActivationBlock(long inputs, long width, long stride, bool bottleneck, int splits, Generator? generator)
        : base(nameof(PreActivationBlock))
    {
        var outputs = bottleneck ? 4 * width : width;
        bn1 = Layers.BatchNorm(inputs, splits);
        conv1 = bottleneck
            ? Layers.Convolution(inputs, width, kernel: 1, stride: 1, generator)
            : Layers.Convolution(inputs, width, kernel: 3, stride, generator);
        bn2 = Layers.BatchNorm(width, splits);
        conv2 = Layers.Convolution(width, width, kernel: 3, bottleneck ? stride : 1, generator);
        if (bottleneck)
        {
            bn3 = Layers.BatchNorm(width, splits);
            conv3 = Layers.Convolution(width, outputs, kernel: 1, stride: 1, generator);
        }

        if (stride != 1 || inputs != outputs)
        {
            downsample = Layers.Convolution(inputs, outputs, kernel: 1, stride, generator);
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var active = bn1.call(input).relu_();
        var shortcut = downsample?.CallMixed(active) ?? input;
        var residual = conv2.CallMixed(bn2.call(conv1.CallMixed(active)).relu_());
        if (conv3 is not null)
        {
            residual = conv3.CallMixed(bn3!.call(residual).relu_());
        }

        return residual.add_(shortcut, Scalars.One).MoveToOuterDisposeScope();
    }
}
