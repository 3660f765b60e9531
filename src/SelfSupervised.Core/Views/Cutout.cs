using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Fills a square whose centre is uniform over all pixels; what of it lies outside the image is lost.</summary>
/// <remarks>
/// The square of side L about (y, x) covers rows ⌊y − L/2⌋ to ⌊y − L/2⌋ + L − 1, columns alike. The published one fills with 0 after
/// normalisation, which is the mean colour: put it after <see cref="Normalize"/>, or give the mean as the fill before it.
/// DeVries, Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", 2017 (arXiv:1708.04552): L = 16 on CIFAR-10,
/// 8 on CIFAR-100, 20 on SVHN, 32 on STL-10.
/// </remarks>
public sealed class Cutout : ViewOperator, IHostKernel
{
    private readonly float[]? _fill;

    /// <summary>Creates the operator.</summary>
    /// <param name="length">L in pixels, at least 1.</param>
    /// <param name="fill">The value of each channel, or null (default) for 0.</param>
    /// <param name="probability">The share of images that get it, from 0 to 1. Default 1.</param>
    /// <exception cref="ArgumentException">The fill is empty or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is below 1, or the probability out of range.</exception>
    public Cutout(int length, IReadOnlyList<double>? fill = null, double probability = 1)
        : base(probability, "y", "x")
    {
        ModuleGuard.AtLeast(length, 1, nameof(length));
        Length = length;
        if (fill is not null)
        {
            ViewGuard.PerChannel(fill, nameof(fill));
            _fill = [.. fill.Select(value => (float)value)];
        }
    }

    /// <summary>The square's side in pixels.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => _fill is not null && _fill.Length != input.Channels
        ? throw new ArgumentException($"{Name} has a fill for {_fill.Length} channels, but got the shape {input}.")
        : input;

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters) =>
        (parameters[0], parameters[1]) = (random.Below(shape.Height), random.Below(shape.Width));

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape)
    {
        ViewGuard.Whole(parameters[0], 0, shape.Height - 1, "y");
        ViewGuard.Whole(parameters[1], 0, shape.Width - 1, "x");
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var scope = NewDisposeScope();
        var mask = BoxFill.Mask(images, parameters.Map(Box));
        var fill = _fill is null
            ? zeros([1, 1, 1, 1], images.dtype, images.device)
            : tensor(_fill, [1, _fill.Length, 1, 1], images.dtype, images.device);
        return where(mask, fill, images).MoveToOuterDisposeScope();
    }

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters)
    {
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var fill = _fill?[channel] ?? 0;
            BoxFill.Fill(image, channel, Box(parameters), () => fill);
        }
    }

    private (int Top, int Left, int Height, int Width) Box(ReadOnlySpan<float> parameters) =>
        ((int)parameters[0] - ((Length + 1) / 2), (int)parameters[1] - ((Length + 1) / 2), Length, Length);
}
