using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <summary>How much a view may differ from its image: a norm, a size ε in the units of the images, and how it is kept.</summary>
/// <remarks>
/// <para>
/// In units per element a sample of D elements may have the norm r = ε·D (p = 1), ε·√D (p = 2), ε·D^(1/p) in general, ε
/// (p = ∞), or ⌊ε·D⌋ elements that differ (p = 0); in total, r = ε. For images in [0, 1] a mean change of 0.05 is 12.75 of 255.
/// </para>
/// <para>
/// Tamkin, Wu and Goodman, "Viewmaker Networks: Learning Views for Unsupervised Representation Learning", ICLR 2021
/// (arXiv:2010.07432): p = 1 only; alextamkin/viewmaker, src/models/viewmaker.py.
/// </para>
/// </remarks>
public sealed record PerturbationBudget
{
    /// <summary>Creates a budget.</summary>
    /// <param name="p">
    /// The order of the norm: 0, at least 1, or <see cref="double.PositiveInfinity"/>; for a projection 0, 1, 2 or infinite.
    /// </param>
    /// <param name="size">ε, finite and above 0; per element and p = 0, at most 1.</param>
    /// <param name="operation">How it is kept. Default: on the sphere. <see cref="BudgetOperator.Bounded"/> is for p = ∞.</param>
    /// <param name="unit">What ε measures. Default: per element.</param>
    /// <param name="stabiliser">
    /// s, finite and at least 0 (default), in the units of ε: on the sphere, ε·a/(a + s) is spent where the perturbation came as a.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number or a choice is out of range.</exception>
    /// <exception cref="ArgumentException">The operator does not go with the norm, or the stabiliser with the operator.</exception>
    /// <example><code>var budget = new PerturbationBudget(p: 2, size: 0.05, BudgetOperator.Ball);</code></example>
    public PerturbationBudget(
        double p, double size, BudgetOperator operation = BudgetOperator.Sphere, BudgetUnit unit = BudgetUnit.PerElement, double stabiliser = 0)
    {
        LpGuard.Order(p, nameof(p));
        ViewGuard.Defined(operation, nameof(operation));
        ViewGuard.Defined(unit, nameof(unit));
        ViewGuard.AtLeastZero(stabiliser, nameof(stabiliser));
        Guard.Positive(size, nameof(size));
        if (p == 0 && unit == BudgetUnit.PerElement)
        {
            ViewGuard.Share(size, nameof(size));
        }

        if (operation == BudgetOperator.Projection)
        {
            LpGuard.ProjectionOrder(p, nameof(p));
        }

        if (operation == BudgetOperator.Bounded && !double.IsPositiveInfinity(p))
        {
            throw new ArgumentException($"Expected `operation` to be Sphere, Ball or Projection for p = {p}, but got Bounded.", nameof(operation));
        }

        if (stabiliser > 0 && (operation != BudgetOperator.Sphere || p == 0))
        {
            throw new ArgumentException(
                $"Expected `stabiliser` to be 0 but on the sphere of a norm with p from 1, but got {stabiliser} for {operation} and p = {p}.", nameof(stabiliser));
        }

        (P, Size, Operation, Unit, Stabiliser) = (p, size, operation, unit, stabiliser);
    }

    /// <summary>The order of the norm.</summary>
    public double P { get; }

    /// <summary>ε.</summary>
    public double Size { get; }

    /// <summary>How the budget is kept.</summary>
    public BudgetOperator Operation { get; }

    /// <summary>What ε measures.</summary>
    public BudgetUnit Unit { get; }

    /// <summary>s, what is added to the norm before dividing by it.</summary>
    public double Stabiliser { get; }

    /// <summary>Viewmaker's, as released: a mean absolute change of ε, always spent but for the stabiliser of 1e-4.</summary>
    /// <param name="size">ε. Default 0.05, as for CIFAR-10.</param>
    /// <returns>The budget.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is not finite and above 0.</exception>
    public static PerturbationBudget L1(double size = 0.05) => new(1, size, stabiliser: 1e-4);

    /// <summary>A root mean square change of ε, always spent.</summary>
    /// <inheritdoc cref="L1"/>
    public static PerturbationBudget L2(double size = 0.05) => new(2, size);

    /// <summary>A change of at most ε of each element: ε times the tanh at the network's end.</summary>
    /// <inheritdoc cref="L1"/>
    public static PerturbationBudget LInfinity(double size = 0.05) => new(double.PositiveInfinity, size, BudgetOperator.Bounded);

    /// <summary>A share ε of the elements may change, those of the largest change.</summary>
    /// <inheritdoc cref="L1"/>
    public static PerturbationBudget L0(double size = 0.05) => new(0, size);

    /// <summary>The largest norm r that a sample may have.</summary>
    /// <param name="elements">D, the number of a sample's elements, at least 1.</param>
    /// <returns>r; for p = 0 not rounded down.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number is below 1.</exception>
    public double Radius(long elements)
    {
        ModuleGuard.AtLeast(elements, 1, nameof(elements));
        return Size * InTotal(elements);
    }

    /// <summary>What of perturbations keeps to the budget.</summary>
    /// <param name="perturbation">
    /// δ, [B, …], Float32 or Float64; within [−1, 1] if the operator is <see cref="BudgetOperator.Bounded"/>.
    /// </param>
    /// <param name="checkValues">Whether to look for NaN and infinity (default). It reads the input once and waits for a GPU.</param>
    /// <returns>[B, …]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// The tensor is not as described; it is not finite; or for p = 0, its samples are so small that ε·D is below 1 element.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public Tensor Apply(Tensor perturbation, bool checkValues = true)
    {
        LpGuard.Samples(perturbation, nameof(perturbation));
        if (checkValues)
        {
            Guard.Finite((perturbation, nameof(perturbation)));
        }

        var elements = perturbation.numel() / perturbation.shape[0];
        var radius = Radius(elements);
        if (P == 0 && radius < 1)
        {
            throw new ArgumentException(
                $"Expected `perturbation` to have samples of which the budget {Size} is at least 1 element, but got {Guard.Text(perturbation.shape)}.",
                nameof(perturbation));
        }

        return Operation switch
        {
            BudgetOperator.Sphere => LpBall.ScaleToSphere(perturbation, P, radius, Stabiliser * InTotal(elements)),
            BudgetOperator.Ball => LpBall.ScaleIntoBall(perturbation, P, radius),
            BudgetOperator.Projection => LpBall.Project(perturbation, P, radius),
            _ => Multiply(perturbation, radius),
        };
    }

    /// <summary>How much of a budget perturbations spend: their norm in the units of ε, 0 to <see cref="Size"/> if they keep to it.</summary>
    /// <param name="perturbation">[B, …], Float32 or Float64.</param>
    /// <returns>[B]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The tensor is not as described.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public Tensor Spent(Tensor perturbation) => Lp.Norm(perturbation, P, mean: Unit == BudgetUnit.PerElement);

    private static Tensor Multiply(Tensor perturbation, double radius)
    {
        using var factor = radius.ToScalar();
        return perturbation.mul(factor);
    }

    private double InTotal(long elements) => Unit == BudgetUnit.Total || double.IsPositiveInfinity(P) ? 1 : P == 0 ? elements : Math.Pow(elements, 1 / P);
}
