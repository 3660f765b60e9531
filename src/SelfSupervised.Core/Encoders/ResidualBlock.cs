using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Encoders;

/// <summary>ReLU(F(x) + shortcut(x)), F being two 3×3 convolutions or a bottleneck, each followed by batch norm.</summary>
internal sealed class ResidualBlock : nn.Module<Tensor, Tensor>
{
    // The fields' names are the parameters' names, which are torchvision's; their order is the parameters' order.
    private readonly Conv2d conv1;
    private readonly nn.Module<Tensor, Tensor> bn1;
    private readonly Conv2d conv2;
    private readonly nn.Module<Tensor, Tensor> bn2;
    private readonly Conv2d? conv3;
    private readonly nn.Module<Tensor, Tensor>? bn3;
    private readonly Sequential? downsample;

    public ResidualBlock(long inputs, long width, long stride, bool bottleneck, bool zeroInitialise, int splits, Generator? generator)
        : base(nameof(ResidualBlock))
    {
        var outputs = bottleneck ? 4 * width : width;
        conv1 = bottleneck
            ? Layers.Convolution(inputs, width, kernel: 1, stride: 1, generator)
            : Layers.Convolution(inputs, width, kernel: 3, stride, generator);
        bn1 = Layers.BatchNorm(width, splits);
        conv2 = Layers.Convolution(width, width, kernel: 3, bottleneck ? stride : 1, generator);
        bn2 = Layers.BatchNorm(width, splits, zeroInitialise && !bottleneck);
        if (bottleneck)
        {
            conv3 = Layers.Convolution(width, outputs, kernel: 1, stride: 1, generator);
            bn3 = Layers.BatchNorm(outputs, splits, zeroInitialise);
        }

        if (stride != 1 || inputs != outputs)
        {
            downsample = nn.Sequential(Layers.Convolution(inputs, outputs, kernel: 1, stride, generator), Layers.BatchNorm(outputs, splits));
        }

        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var residual = bn1.call(conv1.CallMixed(input)).relu_();
        residual = bn2.call(conv2.CallMixed(residual));
        if (conv3 is not null)
        {
            residual = bn3!.call(conv3.CallMixed(residual.relu_()));
        }

        var shortcut = downsample?.CallMixed(input) ?? input;
        return residual.add_(shortcut, Scalars.One).relu_().MoveToOuterDisposeScope();
    }
}
