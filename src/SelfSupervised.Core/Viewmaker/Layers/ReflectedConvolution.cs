using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker.Layers;

/// <summary>A border of 1 that reflects and a 3×3 convolution with bias.</summary>
internal sealed class ReflectedConvolution : nn.Module<Tensor, Tensor>
{
    // The field's name is the parameters' name, which is the released code's.
    private readonly Conv2d conv2d;
    private readonly long _stride;

    public ReflectedConvolution(long inputs, long outputs, long stride, Generator? generator)
        : base(nameof(ReflectedConvolution))
    {
        _stride = stride;
        conv2d = Convolutions.Make(inputs, outputs, kernel: 3, generator);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var padded = Borders.Reflect(input, width: 1);
        return nn.functional.conv2d(padded, conv2d.weight, conv2d.bias, [_stride, _stride]);
    }
}
