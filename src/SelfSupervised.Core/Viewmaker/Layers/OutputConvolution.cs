using SelfSupervised.Core.Internal;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker.Layers;

/// <summary>A border of 4 that reflects and a 9×9 convolution with bias, to few channels.</summary>
/// <remarks>
/// CPUs compute output channels by the vector, so that three cost as much as sixteen. Instead each column of the kernel makes
/// channels of its own: a 9×1 convolution to 9C channels, then for each of the C the sum of its nine, each shifted by its column.
/// The columns' border is put on after the first step. From 16 channels on nothing is gained.
/// </remarks>
internal sealed class OutputConvolution : nn.Module<Tensor, Tensor>
{
    private const long Kernel = 9;
    private const long Border = Kernel / 2;
    private const long MostSplit = 8;

    // The field's name is the parameters' name, which is the released code's.
    private readonly Conv2d conv2d;

    public OutputConvolution(long inputs, long outputs, Generator? generator)
        : base(nameof(OutputConvolution))
    {
        conv2d = Convolutions.Make(inputs, outputs, Kernel, generator);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = conv2d.out_channels > MostSplit
            ? nn.functional.conv2d(Borders.Reflect(input, Border), conv2d.weight, conv2d.bias)
            : ByColumns(input);
        return output.MoveToOuterDisposeScope();
    }

    private Tensor ByColumns(Tensor input)
    {
        var shape = input.shape;
        var (batch, inputs, height, width, outputs) = (shape[0], shape[1], shape[2], shape[3], conv2d.out_channels);
        var kernels = conv2d.weight.permute(0, 3, 1, 2).reshape(Kernel * outputs, inputs, Kernel, 1);
        var columns = nn.functional.conv2d(Borders.ReflectAlong(input, 2, Border), kernels);
        var padded = Borders.ReflectAlong(columns, 3, Border);

        // Column c of the kernel sees the map moved by c. Contiguous, because libtorch may have put channels last.
        var (row, map) = (width + (2 * Border), height * (width + (2 * Border)));
        long[] strides = [Kernel * outputs * map, Kernel * map, map + 1, row, 1];
        var sum = padded.contiguous().as_strided([batch, outputs, Kernel, height, width], strides).sum(2);
        return sum.add(conv2d.bias!.view(1, -1, 1, 1), Scalars.One);
    }
}
