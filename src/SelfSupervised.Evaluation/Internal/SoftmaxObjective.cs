using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>The penalised mean cross-entropy of softmax regression and its gradient, at points [W | b], W [C, d] row by row.</summary>
/// <remarks>It reads the features and owns nothing but a number. The sum of the losses is Float64.</remarks>
internal sealed class SoftmaxObjective(Tensor features, Tensor labels, int classes, double l2)
{
    private const long ElementsAtOnce = 1 << 24;

    private static readonly Scalar MinusOne = (-1.0).ToScalar();

    private readonly long _rows = features.shape[0];
    private readonly long _width = features.shape[1];

    public double Evaluate(double[] point, double[] gradient)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        long[] shape = [classes, _width + 1];
        var weights = tensor(point, shape).to(features.dtype, features.device);
        var sum = zeros(shape, ScalarType.Float64, features.device);
        var loss = 0.0;
        foreach (var (start, count) in Rows.Chunks(_rows, Rows.AtOnce(classes, ElementsAtOnce)))
        {
            using var part = NewDisposeScope();
            var (x, y) = (features.narrow(0, start, count), labels.narrow(0, start, count).unsqueeze(1));
            loss += Add(x, y, weights, sum);
        }

        using (var data = sum.cpu().data<double>())
        {
            data.CopyTo(gradient);
        }

        return (loss / _rows) + Penalise(point, gradient);
    }

    // Softmax less one-hot, R, gives the gradient RᵀX of the weights and the sum of its rows that of the biases.
    private double Add(Tensor x, Tensor y, Tensor weights, Tensor sum)
    {
        var logits = weights.select(1, _width).addmm(x, weights.narrow(1, 0, _width).t()).log_softmax(1);
        var loss = -logits.gather(1, y).sum(ScalarType.Float64).cpu().item<double>();
        var residual = logits.exp_().scatter_add_(1, y, full(y.shape[0], 1L, MinusOne, logits.dtype, y.device));
        sum.narrow(1, 0, _width).add_(residual.t().mm(x));
        sum.select(1, _width).add_(residual.sum(0L));
        return loss;
    }

    private double Penalise(double[] point, double[] gradient)
    {
        var (squares, i) = (0.0, 0);
        for (var c = 0; c < classes; c++)
        {
            for (var j = 0; j < _width; j++, i++)
            {
                gradient[i] = (gradient[i] / _rows) + (l2 * point[i]);
                squares += point[i] * point[i];
            }

            gradient[i++] /= _rows;
        }

        return l2 / 2 * squares;
    }
}
