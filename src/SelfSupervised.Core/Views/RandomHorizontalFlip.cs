using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Mirrors left and right.</summary>
/// <param name="probability">The share of images that get it, from 0 to 1. Default 0.5.</param>
/// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
public sealed class RandomHorizontalFlip(double probability = 0.5) : ViewOperator(probability), IHostKernel
{
    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters) => images.flip(3);

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters) => HostMaps.FlipHorizontally(image);
}
