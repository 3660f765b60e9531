using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Attacks;

/// <summary>FGSM, the attack in one step: x* = clip(x + ε·sign(∇_x ℓ)).</summary>
/// <remarks>
/// The best that can be done within ε of each element to a loss that is linear: of w·x it makes w·x + ε‖w‖₁. An element whose gradient is 0
/// stays. As to the model's mode and its parameters, see <see cref="ProjectedGradientDescent"/>, which with one step and p = 2 is the same in the
/// Euclidean norm. Goodfellow et al., "Explaining and Harnessing Adversarial Examples", ICLR 2015 (arXiv:1412.6572).
/// </remarks>
public static class FastGradientSign
{
    /// <summary>Attacks a batch.</summary>
    /// <param name="inputs">x, [B, …], Float32 or Float64, within <paramref name="range"/>. They stay as they are.</param>
    /// <param name="loss">
    /// From a batch to a loss for each sample, [B], or to a scalar, their sum or mean. It is called once, with gradients enabled; what it returns is
    /// disposed.
    /// </param>
    /// <param name="size">ε, finite and above 0, in the units of the inputs.</param>
    /// <param name="range">What values are clamped to: (0, 1) for images; null (default) for what is no image.</param>
    /// <param name="targeted">Whether to make the loss smaller, as that of a wanted answer, instead of larger. Default: no.</param>
    /// <param name="checkValues">
    /// Whether to look for NaN, infinity and values out of range, in the gradient too (default). It waits for a GPU.
    /// </param>
    /// <returns>x*, [B, …], without a graph. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// The inputs are not as described; the loss has another shape, or does not depend on what it is given; or, with <paramref name="checkValues"/>,
    /// the inputs or the gradient are not finite, or the inputs are out of range.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">ε or the range is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The inputs have been disposed.</exception>
    /// <example><code>
    /// using var attacked = FastGradientSign.Attack(images, x => nn.functional.cross_entropy(model.call(x), labels), size: 8.0 / 255, range: (0, 1));
    /// </code></example>
    public static Tensor Attack(
        Tensor inputs, Func<Tensor, Tensor> loss, double size, (double Low, double High)? range = null, bool targeted = false, bool checkValues = true)
    {
        Guard.Positive(size, nameof(size));
        AttackGuard.Range(range, nameof(range));
        AttackGuard.Inputs(inputs, nameof(inputs), range, checkValues);
        ArgumentNullException.ThrowIfNull(loss);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var gradient = InputGradient.Of(loss, inputs, checkValues);
        var step = SteepestAscent.Step(gradient, double.PositiveInfinity, targeted ? -size : size);
        return ProjectedGradientDescent.Clip(step.add_(inputs, Scalars.One), range).MoveToOuterDisposeScope();
    }
}
