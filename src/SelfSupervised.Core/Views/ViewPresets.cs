namespace SelfSupervised.Core.Views;

/// <summary>The views of published methods, by name.</summary>
/// <remarks>
/// Images are [B, 3, H, W]. Sizes are those of the views; the images may have any, the bigger ones are made smaller by the crop.
/// Sources: Chen et al., 2020 (arXiv:2002.05709), google-research/simclr/data_util.py; He et al., 2019 (arXiv:1911.05722) and Chen et al.,
/// 2020 (arXiv:2003.04297), facebookresearch/moco/main_moco.py; Wu et al., 2018 (arXiv:1805.01978), zhirongw/lemniscate.pytorch/main.py.
/// </remarks>
public static class ViewPresets
{
    private static readonly (double Low, double High) _mocoArea = (0.2, 1);

    /// <summary>SimCLR on ImageNet: crop of 8 to 100 %, flip, colour distortion of strength s, grayscale, blur. Not normalised.</summary>
    /// <param name="size">The side in pixels, at least 1. Default 224.</param>
    /// <param name="strength">s, from 0 to 2.5. Default 1.</param>
    /// <returns>The pipeline. The resize is bicubic, as in the released code.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static ViewPipeline SimClrImageNet(int size = 224, double strength = 1) => new(
        new RandomResizedCrop(size, size, interpolation: Interpolation.Bicubic),
        new RandomHorizontalFlip(),
        ColorJitter.SimClr(strength),
        new RandomGrayscale(),
        RandomGaussianBlur.SimClr(size));

    /// <summary>SimCLR on CIFAR-10: crop of 8 to 100 %, flip, colour distortion of strength s, grayscale. Neither blur nor normalisation.</summary>
    /// <param name="size">The side in pixels, at least 1. Default 32.</param>
    /// <param name="strength">s, from 0 to 2.5. Default 0.5.</param>
    /// <returns>The pipeline. The resize is bilinear, the library's default.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public static ViewPipeline SimClrCifar(int size = 32, double strength = 0.5) => new(
        new RandomResizedCrop(size, size),
        new RandomHorizontalFlip(),
        ColorJitter.SimClr(strength),
        new RandomGrayscale());

    /// <summary>MoCo v1: crop of 20 to 100 %, grayscale, jitter of 0.4 for every image, flip, ImageNet's normalisation.</summary>
    /// <param name="size">The side in pixels, at least 1. Default 224.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public static ViewPipeline MoCoV1(int size = 224) => new(
        new RandomResizedCrop(size, size, _mocoArea),
        new RandomGrayscale(),
        new ColorJitter(0.4, 0.4, 0.4, 0.4),
        new RandomHorizontalFlip(),
        Normalize.ImageNet);

    /// <summary>MoCo v2: crop of 20 to 100 %, jitter for 80 %, grayscale, blur for half, flip, ImageNet's normalisation.</summary>
    /// <param name="size">The side in pixels, at least 1. Default 224.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public static ViewPipeline MoCoV2(int size = 224) => new(
        new RandomResizedCrop(size, size, _mocoArea),
        new ColorJitter(0.4, 0.4, 0.4, 0.1, probability: 0.8),
        new RandomGrayscale(),
        new RandomGaussianBlur(),
        new RandomHorizontalFlip(),
        Normalize.ImageNet);

    /// <summary>MoCo's demonstration on CIFAR-10: crop of 8 to 100 %, flip, jitter for 80 %, grayscale, and its own normalisation.</summary>
    /// <param name="size">The side in pixels, at least 1. Default 32.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public static ViewPipeline MoCoCifar(int size = 32) => new(
        new RandomResizedCrop(size, size),
        new RandomHorizontalFlip(),
        new ColorJitter(0.4, 0.4, 0.4, 0.1, probability: 0.8),
        new RandomGrayscale(),
        new Normalize([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010]));

    /// <summary>Instance discrimination on ImageNet: crop of 20 to 100 %, grayscale, jitter of 0.4, flip, ImageNet's normalisation.</summary>
    /// <remarks>MoCo v1 took its views over from here.</remarks>
    /// <param name="size">The side in pixels, at least 1. Default 224.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public static ViewPipeline InstDisc(int size = 224) => MoCoV1(size);

    /// <summary>Instance discrimination on CIFAR-10: crop of 20 to 100 %, jitter of 0.4, grayscale, CIFAR-10's normalisation; no flip.</summary>
    /// <param name="size">The side in pixels, at least 1. Default 32.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public static ViewPipeline InstDiscCifar(int size = 32) => new(
        new RandomResizedCrop(size, size, _mocoArea),
        new ColorJitter(0.4, 0.4, 0.4, 0.4),
        new RandomGrayscale(),
        Normalize.Cifar10);

    /// <summary>AlexNet: a crop at a random place, flip, a colour along ImageNet's principal components; not normalised.</summary>
    /// <remarks>
    /// Images of 256 pixels and crops of 224 make 33·33·2 different views before colour; the paper counts 32·32·2 = 2048. Images are
    /// at least as large as the crop. Krizhevsky, Sutskever, Hinton, 2012.
    /// </remarks>
    /// <param name="size">The side in pixels, at least 1. Default 224.</param>
    /// <returns>The pipeline.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public static ViewPipeline AlexNet(int size = 224) => new(
        new RandomCrop(size, size),
        new RandomHorizontalFlip(),
        PcaColorJitter.ImageNet());
}
