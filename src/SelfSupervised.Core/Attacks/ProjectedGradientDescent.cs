using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Viewmaker;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Attacks;

/// <summary>PGD: the settings of an attack in several steps, and the attack.</summary>
/// <remarks>
/// <para>Each sample x by itself, from x or from a random point of its ball,</para>
/// <code>x_{t+1} = clip(x + Π(x_t + α·s_t − x))</code>
/// <para>
/// with Π the projection onto the Lp ball of radius ε (<see cref="LpBall.Project"/>) and s_t the steepest ascent of the loss in that norm: sign(g) for
/// p = ∞, g/‖g‖₂ for p = 2, the sign of the largest |g_i| at its place alone for p = 1 (among those that the range leaves free). Where g = 0
/// nothing moves. With ‖x* − x‖_p ≤ ε up to rounding.
/// </para>
/// <para>
/// The loss is any differentiable function, of a model that is used as it is: call with the model in the mode you want, usually
/// <c>eval()</c>, for in training mode each step updates the running statistics of batch norm. Gradients are taken of the inputs only: no
/// parameter's <c>grad</c> is made or changed. It works under <c>no_grad</c> as well.
/// </para>
/// <para>
/// Madry et al., "Towards Deep Learning Models Resistant to Adversarial Attacks", ICLR 2018 (arXiv:1706.06083); Kurakin et al., "Adversarial
/// Machine Learning at Scale", 2016 (arXiv:1611.01236), without the random start.
/// </para>
/// </remarks>
public sealed record ProjectedGradientDescent
{
    /// <summary>Creates an attack.</summary>
    /// <param name="p">The order of the norm: 1, 2 or <see cref="double.PositiveInfinity"/>.</param>
    /// <param name="size">ε, finite and above 0.</param>
    /// <param name="stepSize">α, finite and above 0, in the units of ε.</param>
    /// <param name="steps">The number of steps, at least 1.</param>
    /// <param name="unit">What ε and α measure. Default: the norm of the whole perturbation, as is usual for attacks.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number or the unit is out of range.</exception>
    /// <example><code>
    /// var attack = new ProjectedGradientDescent(p: 2, size: 0.5, stepSize: 0.1, steps: 10) { Range = (0, 1) };
    /// using var attacked = attack.Attack(images, x => nn.functional.cross_entropy(model.call(x), labels));
    /// </code></example>
    public ProjectedGradientDescent(double p, double size, double stepSize, int steps, BudgetUnit unit = BudgetUnit.Total)
    {
        AttackGuard.Order(p, nameof(p));
        Guard.Positive(stepSize, nameof(stepSize));
        ModuleGuard.AtLeast(steps, 1, nameof(steps));
        (Budget, StepSize, Steps) = (new PerturbationBudget(p, size, BudgetOperator.Projection, unit), stepSize, steps);
    }

    /// <summary>The norm, ε and its unit; kept by projection.</summary>
    public PerturbationBudget Budget { get; }

    /// <summary>α.</summary>
    public double StepSize { get; }

    /// <summary>The number of steps.</summary>
    public int Steps { get; }

    /// <summary>Whether to start from a point that is uniform in the ball (default) rather than from the sample.</summary>
    public bool RandomStart { get; init; } = true;

    /// <summary>What values are clamped to after each step: (0, 1) for images; null (default) for what is no image.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The ends are not finite and in their order.</exception>
    public (double Low, double High)? Range
    {
        get;
        init
        {
            AttackGuard.Range(value, nameof(Range));
            field = value;
        }
    }

    /// <summary>Whether to make the loss smaller, as that of a wanted answer, instead of larger. Default: no.</summary>
    public bool Targeted { get; init; }

    /// <summary>Whether to look for NaN, infinity and values out of range, in the gradients too (default). It waits for a GPU at each step.</summary>
    public bool CheckValues { get; init; } = true;

    /// <summary>Attacks a batch.</summary>
    /// <param name="inputs">x, [B, …], Float32 or Float64, within <see cref="Range"/>. They stay as they are.</param>
    /// <param name="loss">
    /// From the attacked batch to a loss for each sample, [B], or to a scalar, their sum or mean: as the step's length doesn't depend on the
    /// gradient's, both are the same. It is called once per step with gradients enabled; what it returns is disposed.
    /// </param>
    /// <param name="seed">What the random start is drawn from. Default 0.</param>
    /// <param name="step">And when: an epoch or a step, at least 0. Default 0.</param>
    /// <param name="indices">Each sample's index in its set, at least 0, which the start is counted by. Default: its place in the batch.</param>
    /// <returns>x*, [B, …], without a graph. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// The inputs are not as described; there are more or fewer indices than samples; the loss has another shape, or does not depend on what it is
    /// given; or, with <see cref="CheckValues"/>, the inputs or a gradient are not finite, or the inputs are out of range.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The step or an index is negative.</exception>
    /// <exception cref="ObjectDisposedException">The inputs have been disposed.</exception>
    public Tensor Attack(Tensor inputs, Func<Tensor, Tensor> loss, long seed = 0, int step = 0, ReadOnlySpan<int> indices = default)
    {
        AttackGuard.Inputs(inputs, nameof(inputs), Range, CheckValues);
        ArgumentNullException.ThrowIfNull(loss);
        ModuleGuard.AtLeast(step, 0, nameof(step));
        AttackGuard.Indices(indices, inputs.shape[0], nameof(indices));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var radius = Budget.Radius(inputs.numel() / inputs.shape[0]);
        var samples = inputs.detach();
        var attacked = RandomStart
            ? Clip(samples.add(BallPoints.Draw(samples, Budget.P, radius, seed, step, indices), Scalars.One), Range)
            : samples.alias();
        for (var count = 0; count < Steps; count++)
        {
            using var before = attacked;
            attacked = Next(samples, before, loss, radius);
        }

        return attacked.MoveToOuterDisposeScope();
    }

    /// <summary>Clamps to a range, if there is one.</summary>
    internal static Tensor Clip(Tensor values, (double Low, double High)? range)
    {
        if (range is not var (low, high))
        {
            return values;
        }

        using var smallest = low.ToScalar();
        using var largest = high.ToScalar();
        return values.clamp_(smallest, largest);
    }

    private Tensor Next(Tensor samples, Tensor attacked, Func<Tensor, Tensor> loss, double radius)
    {
        using var scope = NewDisposeScope();
        var gradient = InputGradient.Of(loss, attacked, CheckValues);
        gradient = Targeted ? gradient.neg() : gradient;
        if (Budget.P == 1 && Range is { } range)
        {
            gradient = SteepestAscent.Unblocked(gradient, attacked, range);
        }

        var length = radius * (StepSize / Budget.Size);
        var moved = attacked.add(SteepestAscent.Step(gradient, Budget.P, length), Scalars.One).sub_(samples);
        return Clip(LpBall.Project(moved, Budget.P, radius).add_(samples, Scalars.One), Range).MoveToOuterDisposeScope();
    }
}
