using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>Mean and covariance of rows, in Float64, a few rows at once.</summary>
internal static class Covariance
{
    private const long ElementsAtOnce = 1 << 22;

    /// <summary>
    /// Gives the mean [d] and C = 1/(N − 1) Σ (z − z̄)(z − z̄)ᵀ, [d, d], in the caller's scope. Equal rows have a C of exactly 0.
    /// </summary>
    public static (Tensor Mean, Tensor Matrix) Of(Tensor features, bool unitRows)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (rows, width) = (features.shape[0], features.shape[1]);
        using var count = rows.ToScalar();
        using var degrees = (rows - 1).ToScalar();

        // From the first row on: what all rows share cancels before it is squared.
        var origin = Prepared(0, 1);
        var (sum, products) = (zeros_like(origin), zeros(width, width, ScalarType.Float64, features.device));
        foreach (var (start, length) in Chunks())
        {
            using var part = NewDisposeScope();
            sum.add_(Prepared(start, length).sub_(origin).sum(0L, keepdim: true));
        }

        var mean = origin.add(sum.div_(count));
        foreach (var (start, length) in Chunks())
        {
            using var part = NewDisposeScope();
            var centred = Prepared(start, length).sub_(mean);
            products.addmm_(centred.t(), centred);
        }

        return (mean.squeeze(0).MoveToOuterDisposeScope(), products.div_(degrees).MoveToOuterDisposeScope());

        IEnumerable<(long Start, long Count)> Chunks() => Rows.Chunks(rows, Rows.AtOnce(width, ElementsAtOnce));

        // A copy, also of features that are Float64 already.
        Tensor Prepared(long start, long length)
        {
            var part = features.narrow(0, start, length);
            return unitRows ? Rows.Unit(part, ScalarType.Float64) : part.to(ScalarType.Float64, copy: true);
        }
    }
}
