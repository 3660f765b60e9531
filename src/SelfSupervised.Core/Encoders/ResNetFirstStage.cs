using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Encoders;

/// <summary>The stem and the first stage of a residual network (v1).</summary>
internal sealed class ResNetFirstStage : nn.Module<Tensor, Tensor>
{
    // The fields' names are the parameters' names, which are torchvision's.
    private readonly Conv2d conv1;
    private readonly nn.Module<Tensor, Tensor> bn1;
    private readonly Sequential layer1;
    private readonly ResNetLayout _layout;

    public ResNetFirstStage(ResNetLayout layout, Func<long, long, long, nn.Module<Tensor, Tensor>> block, Generator? generator)
        : base(nameof(ResNetFirstStage))
    {
        _layout = layout;
        conv1 = layout.StemConvolution(generator);
        bn1 = Layers.BatchNorm(layout.BaseWidth, layout.BatchNormSplits);
        layer1 = layout.Stage(0, block);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        return layer1.call(_layout.StemPool(bn1.call(conv1.CallMixed(images)).relu_())).MoveToOuterDisposeScope();
    }
}
