using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>The check of a training and a test set that the probes share.</summary>
internal static class ProbeInput
{
    /// <summary>Gives the number of classes, which the training set alone says.</summary>
    public static int Check(Tensor trainFeatures, Tensor trainLabels, Tensor testFeatures, Tensor testLabels)
    {
        Guard.Features(trainFeatures, nameof(trainFeatures));
        var classes = Guard.Labels(trainLabels, nameof(trainLabels), trainFeatures, nameof(trainFeatures));
        Guard.Features(testFeatures, nameof(testFeatures));
        Guard.Like(testFeatures, nameof(testFeatures), trainFeatures, nameof(trainFeatures));
        Guard.Labels(testLabels, nameof(testLabels), testFeatures, nameof(testFeatures), classes);
        Guard.Finite((trainFeatures, nameof(trainFeatures)), (testFeatures, nameof(testFeatures)));
        return classes;
    }
}
