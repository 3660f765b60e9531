using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker.Layers;

/// <summary>Nearest-neighbour upsampling by 2, a border of 1 that reflects, and a 3×3 convolution with bias; without the upsampled map.</summary>
/// <remarks>
/// Of the three pixels under a row of the kernel two are copies of one. With (w₀, w₁, w₂) the row, an even output is
/// w₀·x[i−1] + (w₁ + w₂)·x[i] and an odd one (w₀ + w₁)·x[i] + w₂·x[i+1]; the reflected border repeats the edge. So each of the four
/// phases of the output is a 2×2 convolution of the small map with its edges repeated: 4/9 of the products. All four are one
/// convolution, of which each phase takes the part that belongs to it.
/// </remarks>
internal sealed class UpsamplingConvolution : nn.Module<Tensor, Tensor>
{
    // The field's name is the parameters' name, which is the released code's.
    private readonly Conv2d conv2d;

    public UpsamplingConvolution(long inputs, long outputs, Generator? generator)
        : base(nameof(UpsamplingConvolution))
    {
        conv2d = Convolutions.Make(inputs, outputs, kernel: 3, generator);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var shape = input.shape;
        var (batch, height, width, outputs) = (shape[0], shape[2], shape[3], conv2d.out_channels);
        var phases = nn.functional.conv2d(Borders.Replicate(input), PhaseKernels(), conv2d.bias!.repeat(4));

        // Phase (a, b) begins at (a, b): one step along a or b is a step of phases and one of rows or columns. Contiguous, because
        // libtorch may have put channels last.
        var (row, map) = (width + 1, (height + 1) * (width + 1));
        long[] strides = [4 * outputs * map, map, row, (2 * outputs * map) + row, 1, (outputs * map) + 1];
        return phases.contiguous().as_strided([batch, outputs, height, 2, width, 2], strides)
            .reshape(batch, outputs, 2 * height, 2 * width).MoveToOuterDisposeScope();
    }

    /// <summary>[4·outputs, inputs, 2, 2], phase (0, 0), (0, 1), (1, 0), (1, 1).</summary>
    private Tensor PhaseKernels()
    {
        var rows = Phases(conv2d.weight, 2);
        return cat([.. rows.SelectMany(row => Phases(row, 3))]);
    }

    /// <summary>Even and odd: (w₀, w₁ + w₂) and (w₀ + w₁, w₂) along an axis.</summary>
    private static Tensor[] Phases(Tensor kernel, int axis)
    {
        var (first, second, third) = (kernel.narrow(axis, 0, 1), kernel.narrow(axis, 1, 1), kernel.narrow(axis, 2, 1));
        return [cat([first, second.add(third, Scalars.One)], axis), cat([first.add(second, Scalars.One), third], axis)];
    }
}
