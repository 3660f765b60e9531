using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>The strength of edges in the gray image, in all three channels.</summary>
/// <remarks>
/// √(Gx² + Gy²) with the kernel [[−1, 0, 1], [−2, 0, 2], [−1, 0, 1]] and its transpose; beyond the border the outermost pixels are
/// repeated. It is not clipped: values reach √20. Its gradient where there is no edge is 0. One of the operators of SimCLR's study
/// of compositions: Chen et al., 2020 (arXiv:2002.05709), figure 4. It has no kernel for the fused executor.
/// </remarks>
/// <param name="probability">The share of images that get it, from 0 to 1. Default 1.</param>
/// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
public sealed class Sobel(double probability = 1) : ViewOperator(probability)
{
    private static readonly float[] _kernels = [-1, 0, 1, -2, 0, 2, -1, 0, 1, -1, -2, -1, 0, 0, 0, 1, 2, 1];

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => ViewGuard.Rgb(input, this);

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var scope = NewDisposeScope();
        var kernels = tensor(_kernels, [2, 1, 3, 3], images.dtype, images.device);
        var gray = nn.functional.pad(ColorOperations.Gray(images), (1, 1, 1, 1), PaddingModes.Replicate);
        var squared = nn.functional.conv2d(gray, kernels).pow(Scalars.Two).sum([1], keepdim: true);

        // The root has no finite slope at 0.
        var flat = squared.eq(Scalars.Zero);
        var edges = squared.masked_fill(flat, Scalars.One).sqrt().masked_fill(flat, Scalars.Zero);
        return edges.expand(-1, 3, -1, -1).contiguous().MoveToOuterDisposeScope();
    }
}
