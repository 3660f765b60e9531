using TorchSharp.Modules;

namespace SelfSupervised.Training.Tests.Optimizers;

/// <summary>Parameters whose gradients the test sets.</summary>
internal static class Weights
{
    public static Parameter With(Tensor values, Tensor? gradient = null)
    {
        using var copy = values.clone();
        return new Parameter(copy) { grad = gradient };
    }

    public static Parameter Of(double[] values, double[]? gradient = null)
    {
        using var gradients = gradient is null ? null : tensor(gradient, [1, gradient.Length]);
        using var data = tensor(values, [1, values.Length]);
        return With(data, gradients);
    }

    public static Lars Optimizer(LarsOptions options, params Parameter[] parameters) =>
        new(parameters.Select((parameter, index) => ($"p{index}", parameter)), options);
}
