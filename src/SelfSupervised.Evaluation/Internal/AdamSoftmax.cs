using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>Softmax regression by Adam with PyTorch's defaults, on all rows at each step.</summary>
/// <remarks>Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2014 (arXiv:1412.6980).</remarks>
internal static class AdamSoftmax
{
    private const double First = 0.9;
    private const double Second = 0.999;

    private static readonly Scalar MinusOne = (-1.0).ToScalar();
    private static readonly Scalar KeepFirst = First.ToScalar();
    private static readonly Scalar AddFirst = (1 - First).ToScalar();
    private static readonly Scalar KeepSecond = Second.ToScalar();
    private static readonly Scalar AddSecond = (1 - Second).ToScalar();
    private static readonly Scalar Epsilon = 1e-8.ToScalar();

    /// <summary>Changes [W | b], [C, d + 1], in place.</summary>
    public static void Train(Tensor weights, Tensor x, Tensor labels, double rate, int iterations)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (mean, square, y) = (zeros_like(weights), zeros_like(weights), labels.unsqueeze(1));
        for (var step = 1; step <= iterations; step++)
        {
            using var part = NewDisposeScope();
            var gradient = Gradient(weights, x, y);
            mean.mul_(KeepFirst).add_(gradient, AddFirst);
            square.mul_(KeepSecond).addcmul_(gradient, gradient, AddSecond);
            using var size = (-rate / (1 - Math.Pow(First, step))).ToScalar();
            using var correction = (1 / Math.Sqrt(1 - Math.Pow(Second, step))).ToScalar();
            weights.addcdiv_(mean, square.sqrt().mul_(correction).add_(Epsilon), size);
        }
    }

    private static Tensor Gradient(Tensor weights, Tensor x, Tensor y)
    {
        var width = x.shape[1];
        using var perRow = (1.0 / x.shape[0]).ToScalar();
        var residual = weights.select(1, width).addmm(x, weights.narrow(1, 0, width).t()).softmax(1)
            .scatter_add_(1, y, full(y.shape[0], 1L, MinusOne, x.dtype, x.device)).mul_(perRow);
        return cat([residual.t().mm(x), residual.sum(0L).unsqueeze(1)], 1);
    }
}
