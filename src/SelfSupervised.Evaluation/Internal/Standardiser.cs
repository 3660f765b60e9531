using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>The mean μ and the deviation σ of each feature: x ↦ (x − μ)/σ, learnt on one set and applied to any.</summary>
/// <remarks>Sums are Float64, σ divides by N. A feature that is the same in all rows has σ = 1 and becomes exactly 0.</remarks>
internal sealed class Standardiser
{
    private const long ElementsAtOnce = 1 << 22;

    private static readonly Scalar One = 1.0.ToScalar();
    private static readonly Scalar Two = 2.0.ToScalar();

    private Standardiser(double[] mean, double[] deviation) => (Mean, Deviation) = (mean, deviation);

    public double[] Mean { get; }

    public double[] Deviation { get; }

    /// <summary>Changes nothing.</summary>
    public static Standardiser None(long width) => new(new double[width], Enumerable.Repeat(1.0, (int)width).ToArray());

    public static Standardiser Of(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var rows = features.shape[0].ToScalar();
        var (smallest, largest) = (features.amin(0).to(ScalarType.Float64), features.amax(0).to(ScalarType.Float64));

        // About a point within the data, so that a constant feature's mean is that constant to the bit.
        var mean = smallest.add(Sum(features, x => x.sub(smallest)).div_(rows));
        var variance = Sum(features, x => x.sub(mean).pow(Two)).div_(rows);
        var deviation = variance.sqrt_().masked_fill_(smallest.eq(largest), One);
        return new Standardiser(Rows.ToArray<double>(mean), Rows.ToArray<double>(deviation));
    }

    /// <summary>The standardised features in the given precision, in the caller's scope; differences are Float64.</summary>
    public Tensor Apply(Tensor features, ScalarType precision)
    {
        using var scope = NewDisposeScope();
        var mean = tensor(Mean, device: features.device);
        var inverse = tensor(Array.ConvertAll(Deviation, value => 1 / value), device: features.device);
        var result = empty(features.shape, precision, features.device);
        foreach (var (start, count) in Rows.Chunks(features.shape[0], Rows.AtOnce(features.shape[1], ElementsAtOnce)))
        {
            using var part = NewDisposeScope();
            result.narrow(0, start, count).copy_(features.narrow(0, start, count).to(ScalarType.Float64).sub(mean).mul_(inverse));
        }

        return result.MoveToOuterDisposeScope();
    }

    private static Tensor Sum(Tensor features, Func<Tensor, Tensor> term)
    {
        var width = features.shape[1];
        var sum = zeros([width], ScalarType.Float64, features.device);
        foreach (var (start, count) in Rows.Chunks(features.shape[0], Rows.AtOnce(width, ElementsAtOnce)))
        {
            using var part = NewDisposeScope();
            sum.add_(term(features.narrow(0, start, count).to(ScalarType.Float64)).sum(0L));
        }

        return sum;
    }
}
