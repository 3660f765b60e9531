using SelfSupervised.Core.Views;
using SelfSupervised.Evaluation.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Augmentations;

/// <summary>How far an augmentation shifts images, as a model sees it that was trained on clean ones.</summary>
/// <remarks>
/// Gontijo-Lopes et al., "Affinity and Diversity: Quantifying Mechanisms of Data Augmentation", 2020 (arXiv:2002.08973). Training with an augmentation does
/// best where affinity and <see cref="Diversity"/> are both high; neither alone says so.
/// </remarks>
public static class Affinity
{
    /// <summary>Compares accuracies on augmented and clean held-out images.</summary>
    /// <param name="classifier">m, trained on clean images: from images [B, C, H', W'] Float32 on the CPU to scores [B, K]; called in a dispose scope without a gradient.</param>
    /// <param name="images">D: [N, C, H, W] on the CPU that m was not trained with, C 1 or 3; Byte, or Float32 in [0, 1]. An image's index is its place.</param>
    /// <param name="labels">Int64 [N] on the CPU, classes from 0.</param>
    /// <param name="augmentation">a. Normalisation is the classifier's to do: clean images don't go through the pipeline.</param>
    /// <param name="seed">What the draws follow from.</param>
    /// <param name="draws">How many augmented versions of each image make up D', at least 1. Default 1.</param>
    /// <returns>Both accuracies, their ratio and their difference.</returns>
    /// <exception cref="ArgumentException">Images or labels have another shape, type, device or range, the augmentation can't take them, or the scores are none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of draws is below 1.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static AffinityResult Measure(
        Func<Tensor, Tensor> classifier, Tensor images, Tensor labels, ViewPipeline augmentation, long seed, int draws = 1)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(augmentation);
        HostImages.Check(images, nameof(images));
        HostImages.Labels(labels, nameof(labels), images, nameof(images));
        Guard.AtLeast(draws, 1, nameof(draws));
        var clean = ImageScores.Accuracy(images, labels, HostImages.AtOnce, (batch, _) => HostImages.ToFloat(batch), classifier);
        var augmented = Enumerable.Range(0, draws).Select(draw => ImageScores.Accuracy(
            images, labels, HostImages.AtOnce, (batch, indices) => augmentation.Apply(batch, new ViewKey(seed, draw), indices), classifier)).ToArray();
        return new AffinityResult
        {
            Clean = clean,
            Augmented = new Accuracy(augmented.Sum(one => one.Correct), augmented.Sum(one => one.Count)),
        };
    }
}
