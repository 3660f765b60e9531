using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Duplication: the image itself, bit for bit.</summary>
public sealed class Identity() : ViewOperator(probability: 1), IHostKernel
{
    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters) => images.alias();

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters)
    {
    }
}
