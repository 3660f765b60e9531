using SelfSupervised.Core.Views;
using SelfSupervised.Evaluation.Features;
using SelfSupervised.Evaluation.Internal;
using SelfSupervised.Evaluation.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Augmentations;

/// <summary>How hard images are to fit that an augmentation makes of the training set: its final training loss, relative to that of clean images.</summary>
/// <remarks>Gontijo-Lopes et al., "Affinity and Diversity: Quantifying Mechanisms of Data Augmentation", 2020 (arXiv:2002.08973).</remarks>
public static class Diversity
{
    /// <summary>From trainings that were done: the definition.</summary>
    /// <param name="augmented">The final training losses of at least one model trained with the augmentation; finite, at least 0.</param>
    /// <param name="clean">Those of at least one model trained alike without it.</param>
    /// <returns>Both means and their ratio.</returns>
    /// <exception cref="ArgumentException">A list is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A loss is negative, NaN or infinite.</exception>
    public static DiversityResult OfTrainingLosses(IReadOnlyList<double> augmented, IReadOnlyList<double> clean) =>
        new() { Augmented = Mean(augmented, nameof(augmented)), Clean = Mean(clean, nameof(clean)) };

    /// <summary>Of a linear classifier on a frozen encoder's features: cheap, and without the chance of training, but not the number of a network trained whole.</summary>
    /// <remarks>Both <see cref="LogisticRegression"/>s, on the features of N·draws augmented and of N clean images, have the same penalty; losses leave it out.</remarks>
    /// <param name="encoder">From images in [0, 1] to features [B, d]; it runs as <see cref="FeatureExtractor"/> says.</param>
    /// <param name="images">[N, C, H, W] on the CPU, C 1 or 3; Byte, or Float32 in [0, 1]. An image's index is its place.</param>
    /// <param name="labels">Int64 [N] on the CPU, classes from 0.</param>
    /// <param name="augmentation">a.</param>
    /// <param name="seed">What the draws follow from.</param>
    /// <param name="draws">How many augmented versions of each image are trained with, at least 1. Default 4.</param>
    /// <param name="l2">λ, finite and at least 0. Default 1e-3.</param>
    /// <returns>Both losses, in nats, and their ratio.</returns>
    /// <exception cref="ArgumentException">Images or labels have another shape, type, device or range, or the augmentation can't take them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static DiversityResult OfLinearProbe(
        nn.Module<Tensor, Tensor> encoder, Tensor images, Tensor labels, ViewPipeline augmentation, long seed, int draws = 4, double l2 = 1e-3)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(augmentation);
        HostImages.Check(images, nameof(images));
        HostImages.Labels(labels, nameof(labels), images, nameof(images));
        Guard.AtLeast(draws, 1, nameof(draws));
        Guard.AtLeastZero(l2, nameof(l2));
        using var scope = NewDisposeScope();
        var clean = FeatureExtractor.Extract(encoder, HostImages.Batches(images, (batch, _) => HostImages.ToFloat(batch)));
        var augmented = FeatureExtractor.Extract(encoder, Enumerable.Range(0, draws).SelectMany(
            draw => HostImages.Batches(images, (batch, indices) => augmentation.Apply(batch, new ViewKey(seed, draw), indices))));
        return new DiversityResult { Clean = FinalLoss(clean, labels, l2), Augmented = FinalLoss(augmented, labels.repeat(draws), l2) };
    }

    private static double FinalLoss(Tensor features, Tensor labels, double l2)
    {
        var fit = LogisticRegression.Fit(features, labels, l2);
        using var scope = NewDisposeScope();
        return nn.functional.cross_entropy(fit.Classifier.Scores(features), labels).to(ScalarType.Float64).item<double>();
    }

    private static double Mean(IReadOnlyList<double> losses, string name)
    {
        ArgumentNullException.ThrowIfNull(losses, name);
        return losses.Count > 0
            ? losses.Average(loss => Guard.AtLeastZero(loss, name))
            : throw new ArgumentException($"Expected `{name}` to hold at least one loss, but it is empty.", name);
    }
}
