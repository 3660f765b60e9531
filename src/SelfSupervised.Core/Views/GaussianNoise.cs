using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Adds normal noise to every value, clipped to [0, 1].</summary>
/// <remarks>One of the operators of SimCLR's study of compositions: Chen et al., 2020 (arXiv:2002.05709), figure 4.</remarks>
public sealed class GaussianNoise : ViewOperator, IHostKernel
{
    /// <summary>Creates the operator.</summary>
    /// <param name="deviation">The noise's standard deviation, finite, at least 0.</param>
    /// <param name="probability">The share of images that get it, from 0 to 1. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public GaussianNoise(double deviation, double probability = 1)
        : base(probability, NoiseField.Names)
    {
        ViewGuard.AtLeastZero(deviation, nameof(deviation));
        Deviation = deviation;
    }

    /// <summary>The noise's standard deviation.</summary>
    public double Deviation { get; }

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters) =>
        NoiseField.Draw(ref random, parameters);

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape) => NoiseField.Check(parameters);

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var scope = NewDisposeScope();
        var noise = new float[images.numel()];
        var size = noise.Length / parameters.Count;
        Parallel.For(0, parameters.Count, image => Fill(parameters[image], noise.AsSpan(image * size, size)));
        var field = tensor(noise, images.shape, images.dtype, images.device);
        return ColorOperations.Clip(images.add(field, Scalars.One)).MoveToOuterDisposeScope();
    }

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters)
    {
        var random = NoiseField.Start(parameters);
        for (var channel = 0; channel < image.Channels; channel++)
        {
            foreach (ref var value in image.Plane(channel)[..image.Size])
            {
                value = Math.Clamp(value + (float)(Deviation * random.Normal()), 0, 1);
            }
        }
    }

    private void Fill(ReadOnlySpan<float> parameters, Span<float> noise)
    {
        var random = NoiseField.Start(parameters);
        foreach (ref var value in noise)
        {
            value = (float)(Deviation * random.Normal());
        }
    }
}
