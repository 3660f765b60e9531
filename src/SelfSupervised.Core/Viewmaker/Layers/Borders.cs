using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker.Layers;

/// <summary>Borders around maps [B, C, H, W].</summary>
/// <remarks>
/// Joining slices copies whole rows, which libtorch's padding does not: forward it takes a fourth of the time on a CPU. Its
/// gradient, though, is slower where all four sides are joined, so that maps with a gradient are padded by libtorch.
/// </remarks>
internal static class Borders
{
    /// <summary>Reflects on all sides, without repeating the edge; the width is below both sizes.</summary>
    public static Tensor Reflect(Tensor maps, long width) => maps.requires_grad && is_grad_enabled()
        ? nn.functional.pad(maps, (width, width, width, width), PaddingModes.Reflect)
        : ReflectAlong(ReflectAlong(maps, 2, width), 3, width);

    /// <summary>Reflects at both ends of one axis.</summary>
    public static Tensor ReflectAlong(Tensor maps, int axis, long width)
    {
        using var scope = NewDisposeScope();
        var size = maps.shape[axis];
        var before = maps.narrow(axis, 1, width).flip(axis);
        var after = maps.narrow(axis, size - 1 - width, width).flip(axis);
        return cat([before, maps, after], axis).MoveToOuterDisposeScope();
    }

    /// <summary>Repeats the edges once, on all sides.</summary>
    public static Tensor Replicate(Tensor maps)
    {
        using var scope = NewDisposeScope();
        return Along(Along(maps, 2), 3).MoveToOuterDisposeScope();

        static Tensor Along(Tensor maps, int axis) => cat([maps.narrow(axis, 0, 1), maps, maps.narrow(axis, maps.shape[axis] - 1, 1)], axis);
    }
}
