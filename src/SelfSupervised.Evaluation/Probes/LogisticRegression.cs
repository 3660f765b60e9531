using SelfSupervised.Evaluation.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>Multinomial logistic regression with an L2 penalty, minimised over the whole set at once.</summary>
/// <remarks>
/// <para>With logits s = W·x + b it minimises</para>
/// <code>1/N Σ_n [ −s_{y_n} + log Σ_c exp(s_c) ] + λ/2·‖W‖²</code>
/// <para>
/// by L-BFGS from W = 0, b = 0. The biases are not penalised. scikit-learn's C is 1/(λN). The objective is convex, so that
/// the solution, for λ &gt; 0 a single one, depends on no seed. With λ = 0 and classes that a plane separates there is no
/// minimum: the weights grow until the gradient is within the tolerance.
/// </para>
/// <para>
/// Products are Float32, or Float64 if the features are; sums of losses and the optimiser are Float64. Liu and Nocedal, "On
/// the Limited Memory BFGS Method for Large Scale Optimization", 1989.
/// </para>
/// </remarks>
public static class LogisticRegression
{
    /// <summary>Fits a classifier.</summary>
    /// <param name="features">[N, d], taken as they are: standardise them where their scales differ.</param>
    /// <param name="labels">Int64 [N] on the same device, classes from 0; the number of classes C is the largest plus 1.</param>
    /// <param name="l2">λ, finite and at least 0.</param>
    /// <param name="tolerance">The gradient's length at which to stop, finite and above 0. Default 1e-5.</param>
    /// <param name="maxIterations">The most steps, at least 1. Default 1000.</param>
    /// <returns>The classifier, and whether it converged.</returns>
    /// <exception cref="ArgumentException">An input has another shape, type or device than described above, or is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>var fit = LogisticRegression.Fit(features, labels, l2: 1e-3);</code></example>
    public static LogisticFit Fit(Tensor features, Tensor labels, double l2, double tolerance = 1e-5, int maxIterations = 1000)
    {
        Guard.Features(features, nameof(features));
        var classes = Guard.Labels(labels, nameof(labels), features, nameof(features));
        Guard.Finite((features, nameof(features)));
        Guard.AtLeastZero(l2, nameof(l2));
        Guard.Positive(tolerance, nameof(tolerance));
        Guard.AtLeast(maxIterations, 1, nameof(maxIterations));
        using var scope = NewDisposeScope();
        return Minimise(features.to(Rows.Precision(features)), labels, classes, l2, tolerance, maxIterations, start: null);
    }

    /// <summary>The same from any start, on features that are Float32 or Float64 already.</summary>
    internal static LogisticFit Minimise(
        Tensor features, Tensor labels, int classes, double l2, double tolerance, int maxIterations, LinearClassifier? start)
    {
        var objective = new SoftmaxObjective(features, labels, classes, l2);
        var optimiser = new Lbfgs(objective.Evaluate, rounding: features.dtype == ScalarType.Float64 ? 1e-14 : 1e-6);
        var origin = start?.Values.ToArray() ?? new double[classes * (features.shape[1] + 1)];
        var found = optimiser.Minimise(origin, tolerance, maxIterations);
        return new LogisticFit
        {
            Classifier = new LinearClassifier(found.Point, classes),
            L2 = l2,
            Loss = found.Value,
            GradientNorm = found.GradientNorm,
            Iterations = found.Iterations,
            Evaluations = found.Evaluations,
            Converged = found.Converged,
        };
    }
}
