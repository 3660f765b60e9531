using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Diagnostics;

/// <summary>Compares autograd's gradients with central finite differences in float64.</summary>
/// <remarks>
/// <para>
/// For each element x of each input that requires a gradient, (f(x + h) − f(x − h)) / 2h is held against autograd's
/// derivative. A function whose value is no scalar is first reduced to Σ w·f with fixed weights w between ½ and 1½ in
/// size and of both signs, so that errors in different outputs do not cancel. The function is called once for autograd
/// and twice per element: keep inputs small, and away from kinks.
/// </para>
/// <para>The inputs are copied: their values and their <c>grad</c> stay as they are. The value that the function returns is disposed.</para>
/// </remarks>
public static class GradientCheck
{
    /// <summary>Runs the comparison and throws if the gradients disagree.</summary>
    /// <param name="function">As in <see cref="Run"/>.</param>
    /// <param name="inputs">As in <see cref="Run"/>.</param>
    /// <param name="step">As in <see cref="Run"/>.</param>
    /// <param name="atol">As in <see cref="Run"/>.</param>
    /// <param name="rtol">As in <see cref="Run"/>.</param>
    /// <exception cref="InvalidOperationException">The gradients disagree; the message names the worst element.</exception>
    /// <exception cref="ArgumentException">As in <see cref="Run"/>.</exception>
    /// <example><code>GradientCheck.Verify(z => NTXent.Loss([z[0], z[1]]), [viewA, viewB]);</code></example>
    public static void Verify(
        Func<IReadOnlyList<Tensor>, Tensor> function,
        IReadOnlyList<Tensor> inputs,
        double step = 1e-6,
        double atol = 1e-5,
        double rtol = 1e-3) => Run(function, inputs, step, atol, rtol).ThrowIfWrong();

    /// <summary>Runs the comparison.</summary>
    /// <param name="function">
    /// A deterministic function of the inputs, in their order, whose value is a Float64 tensor of any shape.
    /// </param>
    /// <param name="inputs">
    /// The point at which to check. Tensors that require a gradient are checked and must be Float64 and not empty; at
    /// least one must be. The others (masks, constants) are handed on as they are.
    /// </param>
    /// <param name="step">The step h, above 0. Default 1e-6.</param>
    /// <param name="atol">The absolute tolerance, above 0. Default 1e-5.</param>
    /// <param name="rtol">The tolerance relative to the numeric derivative, above 0. Default 1e-3.</param>
    /// <returns>The verdict, the largest errors and the worst element.</returns>
    /// <exception cref="ArgumentException">
    /// No input requires a gradient; one that does is not Float64, or is empty; or the function's value is not Float64.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The step or a tolerance is not finite and above 0.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static GradientCheckResult Run(
        Func<IReadOnlyList<Tensor>, Tensor> function,
        IReadOnlyList<Tensor> inputs,
        double step = 1e-6,
        double atol = 1e-5,
        double rtol = 1e-3)
    {
        CheckArguments(function, inputs, step, atol, rtol);
        var comparison = new GradientComparison(atol, rtol);
        foreach (var (position, autograd) in Derivatives.Autograd(function, inputs))
        {
            var numeric = Derivatives.Numeric(function, inputs, position, step);
            comparison.Add(position, inputs[position].shape, autograd, numeric);
        }

        return comparison.Result();
    }

    private static void CheckArguments(
        Func<IReadOnlyList<Tensor>, Tensor> function, IReadOnlyList<Tensor> inputs, double step, double atol, double rtol)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentNullException.ThrowIfNull(inputs);
        Guard.Positive(step, nameof(step));
        Guard.Positive(atol, nameof(atol));
        Guard.Positive(rtol, nameof(rtol));
        for (var i = 0; i < inputs.Count; i++)
        {
            Guard.Alive(inputs[i], $"inputs[{i}]");
            if (inputs[i].requires_grad && (inputs[i].dtype != ScalarType.Float64 || inputs[i].numel() == 0))
            {
                throw new ArgumentException(
                    $"Expected `inputs[{i}]` to be Float64 and not empty, but got {inputs[i].dtype} of shape {Guard.Text(inputs[i].shape)}.");
            }
        }

        if (!inputs.Any(input => input.requires_grad))
        {
            throw new ArgumentException("Expected at least one of `inputs` to require a gradient, but none does.");
        }
    }
}
