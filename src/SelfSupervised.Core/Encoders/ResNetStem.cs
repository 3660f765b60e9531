namespace SelfSupervised.Core.Encoders;

/// <summary>How a residual network begins.</summary>
public enum ResNetStem
{
    /// <summary>A 7×7 convolution of stride 2, then a 3×3 max-pool of stride 2: a quarter of the size.</summary>
    ImageNet,

    /// <summary>A 3×3 convolution of stride 1, without max-pool: the full size, for images of about 32 pixels.</summary>
    Cifar,
}
