using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker.Layers;

/// <summary>x + N(conv(ReLU(N(conv(x))))), without an activation after the sum.</summary>
internal sealed class ViewmakerBlock : nn.Module<Tensor, Tensor>
{
    // The fields' names are the parameters' names, which are the released code's.
    private readonly ReflectedConvolution conv1;
    private readonly nn.Module<Tensor, Tensor> in1;
    private readonly ReflectedConvolution conv2;
    private readonly nn.Module<Tensor, Tensor> in2;

    public ViewmakerBlock(long channels, Func<long, nn.Module<Tensor, Tensor>> normalisation, Generator? generator)
        : base(nameof(ViewmakerBlock))
    {
        conv1 = new ReflectedConvolution(channels, channels, stride: 1, generator);
        in1 = normalisation(channels);
        conv2 = new ReflectedConvolution(channels, channels, stride: 1, generator);
        in2 = normalisation(channels);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var residual = in1.call(conv1.call(input)).relu_();
        return in2.call(conv2.call(residual)).add_(input, Scalars.One).MoveToOuterDisposeScope();
    }
}
