namespace SelfSupervised.Core.Viewmaker;

/// <summary>What the size of a <see cref="PerturbationBudget"/> measures.</summary>
public enum BudgetUnit
{
    /// <summary>
    /// The mean norm, which means the same at any size: the share of elements that differ (p = 0), the mean absolute change (1),
    /// the root of the mean square (2), the largest change (∞).
    /// </summary>
    PerElement,

    /// <summary>The norm of the whole perturbation.</summary>
    Total,
}
