using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Diagnostics;

/// <summary>The two sides of a gradient check: what autograd says, and what central differences say.</summary>
internal static class Derivatives
{
    /// <summary>Autograd's derivatives, by the position of each input that is checked.</summary>
    public static Dictionary<int, double[]> Autograd(
        Func<IReadOnlyList<Tensor>, Tensor> function, IReadOnlyList<Tensor> inputs)
    {
        using var scope = NewDisposeScope();
        using var enabled = enable_grad();
        var copies = inputs.Select(input => input.requires_grad ? input.detach().clone().requires_grad_() : input).ToArray();
        var leaves = copies.Where(copy => copy.requires_grad).ToArray();
        var value = WeightedSum(function(copies));
        if (value.requires_grad)
        {
            value.backward(inputs: leaves);
        }

        return Enumerable.Range(0, copies.Length).Where(position => copies[position].requires_grad).ToDictionary(
            position => position,
            position => copies[position].grad is { } gradient ? ToArray(gradient) : new double[copies[position].numel()]);
    }

    /// <summary>Central differences of one input, element after element.</summary>
    public static double[] Numeric(
        Func<IReadOnlyList<Tensor>, Tensor> function, IReadOnlyList<Tensor> inputs, int position, double step)
    {
        var point = ToArray(inputs[position]);
        var derivatives = new double[point.Length];
        for (var element = 0; element < point.Length; element++)
        {
            var (above, below) = (point[element] + step, point[element] - step);
            derivatives[element] = (ValueAt(element, above) - ValueAt(element, below)) / (above - below);
        }

        return derivatives;

        double ValueAt(int element, double moved)
        {
            using var scope = NewDisposeScope();
            var values = (double[])point.Clone();
            values[element] = moved;
            var arguments = inputs.Select(input => input.requires_grad ? input.detach() : input).ToArray();
            arguments[position] = tensor(values, inputs[position].shape, device: inputs[position].device);
            return WeightedSum(function(arguments)).detach().cpu().item<double>();
        }
    }

    private static Tensor WeightedSum(Tensor value)
    {
        if (value.dtype != ScalarType.Float64)
        {
            throw new ArgumentException($"Expected the function's value to be Float64, but got {value.dtype}: differences need double precision throughout.");
        }

        if (value.numel() == 1)
        {
            return value.sum();
        }

        var random = new Random(0);
        var weights = new double[value.numel()];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (0.5 + random.NextDouble()) * (random.Next(2) == 0 ? 1 : -1);
        }

        return value.mul(tensor(weights, value.shape, device: value.device)).sum();
    }

    private static double[] ToArray(Tensor values)
    {
        using var scope = NewDisposeScope();
        using var data = values.detach().cpu().contiguous().data<double>();
        return data.ToArray();
    }
}
