using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Inverts what is bright: 1 − x where x is at least a threshold.</summary>
/// <remarks>
/// A step at the threshold: where rounding puts a pixel on its other side, the executors differ there. Grill et al.,
/// "Bootstrap Your Own Latent", 2020 (arXiv:2006.07733).
/// </remarks>
public sealed class RandomSolarize : ViewOperator, IHostKernel
{
    /// <summary>Creates the operator.</summary>
    /// <param name="threshold">From 0 to 1. Default 0.5.</param>
    /// <param name="probability">The share of images that get it, from 0 to 1. Default 0.2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public RandomSolarize(double threshold = 0.5, double probability = 0.2)
        : base(probability)
    {
        ViewGuard.Share(threshold, nameof(threshold));
        Threshold = threshold;
    }

    /// <summary>From where on values are inverted.</summary>
    public double Threshold { get; }

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var threshold = ((float)Threshold).ToScalar();
        using var thresholds = full([parameters.Count], threshold, images.dtype, images.device);
        return ColorOperations.Solarize(images, thresholds);
    }

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters) => HostColors.Solarize(image, (float)Threshold);
}
