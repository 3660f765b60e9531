using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker.Layers;

/// <summary>A border of 4 that reflects and a 9×9 convolution with bias, from few channels.</summary>
/// <remarks>
/// CPUs compute input channels by the vector too. With few of them, the nine rows under the kernel are made channels, by copying the
/// map nine times, each moved by a row; a 1×9 convolution remains. With many the copies cost more than they save.
/// </remarks>
internal sealed class InputConvolution : nn.Module<Tensor, Tensor>
{
    private const long Kernel = 9;
    private const long Border = Kernel / 2;
    private const long MostCopied = 8;

    // The field's name is the parameters' name, which is the released code's.
    private readonly Conv2d conv2d;

    public InputConvolution(long inputs, long outputs, Generator? generator)
        : base(nameof(InputConvolution))
    {
        conv2d = Convolutions.Make(inputs, outputs, Kernel, generator);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var padded = Borders.Reflect(input, Border);
        var output = conv2d.in_channels > MostCopied
            ? nn.functional.conv2d(padded, conv2d.weight, conv2d.bias)
            : ByRows(padded, input.shape[2]);
        return output.MoveToOuterDisposeScope();
    }

    private Tensor ByRows(Tensor padded, long height)
    {
        var rows = cat([.. Enumerable.Range(0, (int)Kernel).Select(row => padded.narrow(2, row, height))], 1);
        var kernels = conv2d.weight.permute(0, 2, 1, 3).reshape(conv2d.out_channels, Kernel * conv2d.in_channels, 1, Kernel);
        return nn.functional.conv2d(rows, kernels, conv2d.bias);
    }
}
