using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>Rows u = z/max(‖z‖, 1e-12), and the way back for a gradient: as <see cref="Similarity.Unit"/>, in fewer passes.</summary>
internal static class UnitRows
{
    private static readonly Scalar Smallest = 1e-12.ToScalar();
    private static readonly Scalar MinusOne = (-1).ToScalar();

    /// <summary>Makes the rows unit rows in place; returns what they were divided by, [R, 1].</summary>
    public static Tensor Make(Tensor rows)
    {
        var norms = rows.norm(1, keepdim: true).clamp_min_(Smallest);
        rows.div_(norms);
        return norms;
    }

    /// <summary>Turns, in place, a gradient of the unit rows into one of the rows: (g − u·(u·g))/‖z‖, times a factor.</summary>
    public static void PullBack(Tensor gradient, Tensor unit, Tensor norms, Tensor factor)
    {
        using var scope = NewDisposeScope();
        // A row too short to have a direction was only divided.
        var along = unit.mul(gradient).sum(1L, keepdim: true).masked_fill_(norms.le(Smallest), Scalars.Zero);
        gradient.addcmul_(unit, along, MinusOne).mul_(factor.div(norms));
    }
}
