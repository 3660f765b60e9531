namespace SelfSupervised.Evaluation.Robustness;

/// <summary>Which published constants the severities have.</summary>
public enum CorruptionScale
{
    /// <summary>Those of CIFAR-10-C, for images of about 32 pixels.</summary>
    Cifar,

    /// <summary>Those of ImageNet-C, for images of about 224 pixels.</summary>
    ImageNet,
}
