using SelfSupervised.Core;
using SelfSupervised.Evaluation.Features;
using SelfSupervised.Evaluation.Internal;
using SelfSupervised.Evaluation.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Robustness;

/// <summary>How well a classifier holds on corrupted images that it was not trained with.</summary>
/// <remarks>
/// The classifier is fitted on clean images, before and elsewhere; here nothing is fitted or chosen. Images are corrupted as they
/// are in [0, 1]: whatever else the network wants, normalisation above all, is the classifier's to do, after the corruption.
/// </remarks>
public static class CorruptionEvaluation
{
    /// <summary>Measures any classifier.</summary>
    /// <param name="suite">Constants and seed.</param>
    /// <param name="images">[N, C, H, W] as <see cref="CorruptionSuite.Apply"/> takes them; an image's index is its place.</param>
    /// <param name="labels">Int64 [N] on the CPU, classes from 0.</param>
    /// <param name="classifier">
    /// From images [B, C, H, W] Float32 in [0, 1] on the CPU to scores [B, K], K above every label; on any device. It is called in a dispose scope without a
    /// gradient, and must see to the evaluation mode of its modules itself.
    /// </param>
    /// <param name="options">Corruptions, severities, batches. Default: the fifteen common ones in all severities.</param>
    /// <param name="progress">Is told of each corrupted set when it is done. Default: nobody.</param>
    /// <returns>Accuracies of the clean and of each corrupted set.</returns>
    /// <exception cref="ArgumentException">
    /// Images or labels have another shape, type, device or range, or the classifier gives something else than finite scores [B, K].
    /// </exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static CorruptionResult Evaluate(
        CorruptionSuite suite,
        Tensor images,
        Tensor labels,
        Func<Tensor, Tensor> classifier,
        CorruptionOptions? options = null,
        IProgress<CorruptionAccuracy>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(classifier);
        options ??= new CorruptionOptions();
        HostImages.Check(images, nameof(images));
        HostImages.Labels(labels, nameof(labels), images, nameof(images));
        var all = new List<CorruptionAccuracy>();
        var clean = ImageScores.Accuracy(images, labels, options.BatchSize, (batch, _) => HostImages.ToFloat(batch), classifier);
        foreach (var corruption in options.Corruptions)
        {
            foreach (var severity in options.Severities)
            {
                var accuracy = ImageScores.Accuracy(
                    images, labels, options.BatchSize, (batch, indices) => suite.Apply(batch, corruption, severity, indices), classifier);
                all.Add(new CorruptionAccuracy(corruption, severity, accuracy));
                progress?.Report(all[^1]);
            }
        }

        return new CorruptionResult(clean, all, suite, images.shape[0]);
    }

    /// <summary>Measures a linear classifier, as a probe gives it, on the features of a frozen encoder.</summary>
    /// <param name="suite">As in the other overload.</param>
    /// <param name="images">As in the other overload.</param>
    /// <param name="labels">As in the other overload; each below the probe's number of classes.</param>
    /// <param name="encoder">
    /// From images in [0, 1] to features [B, d]; it runs in evaluation mode, as <see cref="FeatureExtractor"/> says. A network that wants normalised images
    /// comes as a sequence of the normalisation and itself.
    /// </param>
    /// <param name="probe">What was fitted on clean features.</param>
    /// <param name="options">As in the other overload.</param>
    /// <param name="progress">As in the other overload.</param>
    /// <returns>As in the other overload.</returns>
    /// <exception cref="ArgumentException">As in the other overload, or the features don't have the probe's width.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>var robust = CorruptionEvaluation.Evaluate(suite, images, labels, encoder, probe.Fit.Classifier);</code></example>
    public static CorruptionResult Evaluate(
        CorruptionSuite suite,
        Tensor images,
        Tensor labels,
        nn.Module<Tensor, Tensor> encoder,
        LinearClassifier probe,
        CorruptionOptions? options = null,
        IProgress<CorruptionAccuracy>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(probe);
        return Evaluate(suite, images, labels, Classify, options, progress);

        Tensor Classify(Tensor batch)
        {
            using var features = FeatureExtractor.Extract(encoder, [batch]);
            return probe.Scores(features);
        }
    }
}
