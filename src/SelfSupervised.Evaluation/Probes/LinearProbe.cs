using SelfSupervised.Evaluation.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>The linear probe: how well a linear classifier does on frozen features, its regularisation chosen without the test set.</summary>
/// <remarks>
/// <para>
/// A part of the training set is held out, class by class, in an order drawn from the seed. For each penalty λ a
/// <see cref="LogisticRegression"/> is fitted to the rest and judged on that part; the best, of equals the largest, is
/// fitted again to the whole training set. Only then is the test set looked at, once. Standardisation is learnt from the
/// rows that are fitted, each time, and λ weighs on the weights of standardised features.
/// </para>
/// <para>
/// A fit stops where the gradient is within the tolerance. Below λ of about that size the objective is so flat that this is
/// short of its minimum, and near where the fit with the next larger penalty ended.
/// </para>
/// <para>
/// The procedure is that of Kornblith et al., "Do Better ImageNet Models Transfer Better?", 2019 (arXiv:1805.08974), and of
/// the transfer experiments of Chen et al., 2020 (arXiv:2002.05709), which try 45 penalties and do not standardise. For
/// probes that are trained by SGD see <see cref="SgdProbe"/>.
/// </para>
/// </remarks>
public static class LinearProbe
{
    /// <summary>Chooses, fits and tests.</summary>
    /// <param name="trainFeatures">[N, d].</param>
    /// <param name="trainLabels">Int64 [N] on the same device, classes from 0; the number of classes C is the largest plus 1.</param>
    /// <param name="testFeatures">[M, d] on the same device, M ≥ 1.</param>
    /// <param name="testLabels">Int64 [M], each below C.</param>
    /// <param name="seed">What the split follows from.</param>
    /// <param name="options">Penalties, split and standardisation. Default: as <see cref="LinearProbeOptions"/> says.</param>
    /// <returns>The answers, the classifier and the protocol.</returns>
    /// <exception cref="ArgumentException">
    /// An input has another shape, type or device than described above or is not finite, or the classes are so small that none can be held out.
    /// </exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>Console.WriteLine(LinearProbe.Evaluate(train, trainLabels, test, testLabels, seed: 1).Test.Top1);</code></example>
    public static LinearProbeResult Evaluate(
        Tensor trainFeatures,
        Tensor trainLabels,
        Tensor testFeatures,
        Tensor testLabels,
        long seed,
        LinearProbeOptions? options = null)
    {
        options ??= new LinearProbeOptions();
        var classes = ProbeInput.Check(trainFeatures, trainLabels, testFeatures, testLabels);
        var (fitRows, heldRows) = HeldOut.Split(Rows.ToArray<long>(trainLabels), classes, options.HeldOutShare, seed);
        if (heldRows.Length == 0)
        {
            throw new ArgumentException(
                $"Expected `trainLabels` to leave something of a share of {options.HeldOutShare} of each class to hold out, but no class is large enough.",
                nameof(trainLabels));
        }

        var (trials, start) = Try(trainFeatures, trainLabels, classes, fitRows, heldRows, options);
        var best = trials.MaxBy(trial => (trial.HeldOut.Correct, trial.L2));
        var fit = Fit(trainFeatures, trainLabels, classes, best.L2, options, start[best.L2]);
        return new LinearProbeResult
        {
            Test = fit.Classifier.Classify(testFeatures, testLabels),
            Train = fit.Classifier.Classify(trainFeatures, trainLabels).Top1,
            Fit = fit,
            Trials = trials,
            Options = options,
            Seed = seed,
            TrainCount = trainFeatures.shape[0],
            HeldOutCount = heldRows.Length,
            Dimension = trainFeatures.shape[1],
            SharedRows = Overlap.Count(trainFeatures, testFeatures),
        };
    }

    // From the largest penalty down, each fit begins where the one before it ended: a short way.
    private static (ProbeTrial[] Trials, Dictionary<double, LinearClassifier> Fitted) Try(
        Tensor features, Tensor labels, int classes, long[] fitRows, long[] heldRows, LinearProbeOptions options)
    {
        using var scope = NewDisposeScope();
        var (fit, held) = (tensor(fitRows, device: features.device), tensor(heldRows, device: features.device));
        var (fitLabels, heldLabels) = (labels.index_select(0, fit), labels.index_select(0, held));
        var (fitFeatures, heldFeatures) = (features.index_select(0, fit), features.index_select(0, held));
        var standardiser = Scaling(fitFeatures, options);
        var x = standardiser.Apply(fitFeatures, Rows.Precision(features));
        var heldX = standardiser.Apply(heldFeatures, Rows.Precision(features));
        fitFeatures.Dispose();
        heldFeatures.Dispose();

        var fitted = new Dictionary<double, LinearClassifier>();
        var trials = new List<ProbeTrial>();
        LinearClassifier? start = null;
        foreach (var l2 in options.L2.Reverse())
        {
            var trial = LogisticRegression.Minimise(x, fitLabels, classes, l2, options.Tolerance, options.MaxIterations, start);
            start = fitted[l2] = trial.Classifier;
            trials.Insert(0, new ProbeTrial(
                l2, start.Classify(heldX, heldLabels).Top1, trial.Iterations, trial.GradientNorm, trial.Converged));
        }

        return (trials.ToArray(), fitted);
    }

    private static LogisticFit Fit(
        Tensor features, Tensor labels, int classes, double l2, LinearProbeOptions options, LinearClassifier start)
    {
        using var scope = NewDisposeScope();
        var standardiser = Scaling(features, options);
        var x = standardiser.Apply(features, Rows.Precision(features));
        var fit = LogisticRegression.Minimise(x, labels, classes, l2, options.Tolerance, options.MaxIterations, start);
        return fit with { Classifier = fit.Classifier.Before(standardiser) };
    }

    private static Standardiser Scaling(Tensor features, LinearProbeOptions options) =>
        options.Standardise ? Standardiser.Of(features) : Standardiser.None(features.shape[1]);
}
