using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Normalises each channel, (x − mean)/deviation: the last stage of a view. Nothing is drawn.</summary>
public sealed class Normalize : ViewOperator, IHostKernel
{
    private readonly double[] _mean;
    private readonly double[] _deviation;

    /// <summary>Creates the operator.</summary>
    /// <param name="mean">The mean of each channel, finite.</param>
    /// <param name="deviation">The standard deviation of each channel, as many, finite and above 0.</param>
    /// <exception cref="ArgumentException">The numbers are not as described.</exception>
    public Normalize(IReadOnlyList<double> mean, IReadOnlyList<double> deviation)
        : base(probability: 1)
    {
        ViewGuard.PerChannel(mean, nameof(mean));
        ViewGuard.PerChannel(deviation, nameof(deviation));
        if (deviation.Count != mean.Count || deviation.Any(value => value <= 0))
        {
            throw new ArgumentException(
                $"Expected `deviation` to be {mean.Count} numbers above 0, like `mean`, but got [{string.Join(", ", deviation)}].", nameof(deviation));
        }

        (_mean, _deviation) = ([.. mean], [.. deviation]);
    }

    /// <summary>With the mean and deviation of ImageNet's training images.</summary>
    public static Normalize ImageNet { get; } = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>With the mean and deviation of CIFAR-10's training images.</summary>
    public static Normalize Cifar10 { get; } = new([0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]);

    /// <summary>With the mean and deviation of STL-10's training and unlabelled images.</summary>
    public static Normalize Stl10 { get; } = new([0.4313, 0.4156, 0.3663], [0.2683, 0.2610, 0.2687]);

    /// <summary>The mean of each channel.</summary>
    public IReadOnlyList<double> Mean => _mean;

    /// <summary>The standard deviation of each channel.</summary>
    public IReadOnlyList<double> Deviation => _deviation;

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => input.Channels != _mean.Length
        ? throw new ArgumentException($"{Name} has the mean of {_mean.Length} channels, but got the shape {input}.")
        : input;

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var scope = NewDisposeScope();
        var mean = tensor(_mean, [1, _mean.Length, 1, 1], images.dtype, images.device);
        var deviation = tensor(_deviation, [1, _mean.Length, 1, 1], images.dtype, images.device);
        return images.sub(mean).div(deviation).MoveToOuterDisposeScope();
    }

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters)
    {
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var (mean, deviation) = (_mean[channel], _deviation[channel]);
            HostColors.Affine(image, channel, (float)(1 / deviation), (float)(-mean / deviation), clip: false);
        }
    }
}
