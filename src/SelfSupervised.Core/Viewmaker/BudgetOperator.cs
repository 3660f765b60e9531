namespace SelfSupervised.Core.Viewmaker;

/// <summary>How a <see cref="PerturbationBudget"/> makes a perturbation keep to it.</summary>
public enum BudgetOperator
{
    /// <summary>Scales each perturbation so that it spends the whole budget: <see cref="LpBall.ScaleToSphere"/>.</summary>
    Sphere,

    /// <summary>Scales down each perturbation that exceeds the budget: <see cref="LpBall.ScaleIntoBall"/>.</summary>
    Ball,

    /// <summary>The nearest perturbation within the budget: <see cref="LpBall.Project"/>.</summary>
    Projection,

    /// <summary>Multiplies by the radius what is within [−1, 1] already, such as a tanh: within the ball of p = ∞, with a gradient everywhere.</summary>
    Bounded,
}
