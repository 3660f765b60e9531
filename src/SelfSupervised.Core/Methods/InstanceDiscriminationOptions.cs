namespace SelfSupervised.Core.Methods;

/// <summary>How <see cref="InstanceDiscrimination"/> compares images with memories.</summary>
/// <remarks>
/// The presets are those of the released code, zhirongw/lemniscate.pytorch/{main,cifar}.py (Wu et al., 2018, arXiv:1805.01978), where
/// the memories' width is 128 and their momentum ½.
/// </remarks>
public sealed record InstanceDiscriminationOptions
{
    /// <summary>
    /// ImageNet: τ = 0.07, 4096 negatives. With <c>ViewPresets.InstDisc</c>, a ResNet-50 or -18 and a linear head: batch 256, SGD at 0.03 with
    /// momentum 0.9 and weight decay 1e-4, 200 epochs, the rate divided by 10 at 120 and 160.
    /// </summary>
    public static InstanceDiscriminationOptions ImageNet { get; } = new();

    /// <summary>
    /// CIFAR-10: τ = 0.1, 4096 negatives. With <c>ViewPresets.InstDiscCifar</c>, a ResNet-18 with <c>ResNetStem.Cifar</c> and a linear
    /// head: batch 128, SGD at 0.03 with momentum 0.9 and weight decay 5e-4, 200 epochs, the rate divided by 10 at 120 and 160.
    /// </summary>
    public static InstanceDiscriminationOptions Cifar10 { get; } = new() { Temperature = 0.1 };

    /// <summary>CIFAR-10 as the released code's instructions have it: the full softmax, otherwise as <see cref="Cifar10"/>.</summary>
    public static InstanceDiscriminationOptions Cifar10FullSoftmax { get; } = Cifar10 with { Negatives = 0 };

    /// <summary>τ, finite and above 0. Default 0.07.</summary>
    public double Temperature { get; init; } = 0.07;

    /// <summary>m, the negatives of each image, drawn from all; 0 compares with all memories by the full softmax. Default 4096.</summary>
    public int Negatives { get; init; } = 4096;

    /// <summary>How an image is compared with its negatives, if there are any. Default: by noise contrast.</summary>
    public InstanceComparison Comparison { get; init; }

    /// <summary>λ, the weight of <see cref="Losses.ProximalRegularisation"/>, at least 0. Default 0: the bank's momentum does its work.</summary>
    public double ProximalWeight { get; init; }

    /// <summary>What views and negatives are drawn from. Default 0.</summary>
    public long Seed { get; init; }
}
