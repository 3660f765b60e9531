using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker.Layers;

/// <summary>A convolution with bias behind a border that reflects.</summary>
internal sealed class ReflectedConvolution : nn.Module<Tensor, Tensor>
{
    // The field's name is the parameters' name, which is the released code's.
    private readonly Conv2d conv2d;
    private readonly long _stride;
    private readonly long _border;

    public ReflectedConvolution(long inputs, long outputs, long kernel, long stride, Generator? generator)
        : base(nameof(ReflectedConvolution))
    {
        (_stride, _border) = (stride, kernel / 2);
        conv2d = Convolutions.Make(inputs, outputs, kernel, generator);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var padded = Borders.Reflect(input, _border);
        return nn.functional.conv2d(padded, conv2d.weight, conv2d.bias, [_stride, _stride]);
    }
}
