using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Puts the gray image, 0.2989·R + 0.587·G + 0.114·B, into all three channels.</summary>
/// <param name="probability">The share of images that get it, from 0 to 1. Default 0.2.</param>
/// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
public sealed class RandomGrayscale(double probability = 0.2) : ViewOperator(probability), IHostKernel
{
    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => ViewGuard.Rgb(input, this);

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters) => ColorOperations.Grayscale(images);

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters) => HostColors.Grayscale(image);
}
