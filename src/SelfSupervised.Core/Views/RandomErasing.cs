using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Fills a box of random area, aspect ratio and place.</summary>
/// <remarks>
/// Up to a hundred times: area A = H·W·U(area), aspect ratio r = U(aspect), h = round(√(A·r)), w = round(√(A/r)), taken if h &lt; H and
/// w &lt; W, at a uniformly drawn place. If none fits, the image stays as it is. Zhong et al., "Random Erasing Data Augmentation",
/// 2017 (arXiv:1708.04896).
/// </remarks>
public sealed class RandomErasing : ViewOperator, IHostKernel
{
    private const int Attempts = 100;

    private readonly float[]? _mean;

    /// <summary>Creates the operator.</summary>
    /// <param name="probability">The share of images that get it, from 0 to 1. Default 0.5.</param>
    /// <param name="area">The range of the box's share of the image, within (0, 1]. Default: (0.02, 0.4).</param>
    /// <param name="aspect">The range of its height over its width, above 0. Default: (0.3, 1/0.3).</param>
    /// <param name="fill">What it is filled with. Default: random values.</param>
    /// <param name="mean">The mean colour, one number per channel, for <see cref="ErasingFill.Mean"/>; otherwise null (default).</param>
    /// <exception cref="ArgumentException">There is a mean without its fill, or the fill without a mean.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number or range is out of range, or the fill is undefined.</exception>
    public RandomErasing(
        double probability = 0.5,
        (double Low, double High)? area = null,
        (double Low, double High)? aspect = null,
        ErasingFill fill = ErasingFill.Random,
        IReadOnlyList<double>? mean = null)
        : base(probability, ["top", "left", "height", "width", .. NoiseField.Names])
    {
        (Area, Aspect, Fill) = (area ?? (0.02, 0.4), aspect ?? (0.3, 1 / 0.3), fill);
        ViewGuard.AreaRange(Area, nameof(area));
        ViewGuard.PositiveRange(Aspect, nameof(aspect));
        ViewGuard.Defined(fill, nameof(fill));
        if (mean is null == (fill == ErasingFill.Mean))
        {
            throw new ArgumentException($"Expected `mean` to be given for the fill {ErasingFill.Mean} and only for it, but the fill is {fill}.", nameof(mean));
        }

        if (mean is not null)
        {
            ViewGuard.PerChannel(mean, nameof(mean));
            _mean = [.. mean.Select(value => (float)value)];
        }
    }

    /// <summary>The range of the box's share of the image.</summary>
    public (double Low, double High) Area { get; }

    /// <summary>The range of the box's height over its width.</summary>
    public (double Low, double High) Aspect { get; }

    /// <summary>What the box is filled with.</summary>
    public ErasingFill Fill { get; }

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => _mean is not null && _mean.Length != input.Channels
        ? throw new ArgumentException($"{Name} has the mean of {_mean.Length} channels, but got the shape {input}.")
        : input;

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var pixels = shape.Height * shape.Width * random.Uniform(Area.Low, Area.High);
            var ratio = random.Uniform(Aspect.Low, Aspect.High);
            var (h, w) = ((int)Math.Round(Math.Sqrt(pixels * ratio)), (int)Math.Round(Math.Sqrt(pixels / ratio)));
            if (h < shape.Height && w < shape.Width)
            {
                (parameters[0], parameters[1]) = (random.Below(shape.Height - h + 1), random.Below(shape.Width - w + 1));
                (parameters[2], parameters[3]) = (h, w);
                break;
            }
        }

        NoiseField.Draw(ref random, parameters[4..]);
    }

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape)
    {
        ViewGuard.Whole(parameters[2], 0, shape.Height, "height");
        ViewGuard.Whole(parameters[3], 0, shape.Width, "width");
        ViewGuard.Whole(parameters[0], 0, shape.Height - (int)parameters[2], "top");
        ViewGuard.Whole(parameters[1], 0, shape.Width - (int)parameters[3], "left");
        NoiseField.Check(parameters[4..]);
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var scope = NewDisposeScope();
        var mask = BoxFill.Mask(images, parameters.Map(Box));
        var fill = Fill switch
        {
            ErasingFill.Zero => zeros([1, 1, 1, 1], images.dtype, images.device),
            ErasingFill.Mean => tensor(_mean!, [1, _mean!.Length, 1, 1], images.dtype, images.device),
            _ => RandomValues(images, parameters),
        };
        return where(mask, fill, images).MoveToOuterDisposeScope();
    }

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters)
    {
        var random = NoiseField.Start(parameters[4..]);
        for (var channel = 0; channel < image.Channels; channel++)
        {
            var mean = _mean?[channel] ?? 0;
            BoxFill.Fill(image, channel, Box(parameters), () => Fill == ErasingFill.Random ? (float)random.NextDouble() : mean);
        }
    }

    private static (int Top, int Left, int Height, int Width) Box(ReadOnlySpan<float> parameters) =>
        ((int)parameters[0], (int)parameters[1], (int)parameters[2], (int)parameters[3]);

    // The boxes' values where they belong, 0 elsewhere.
    private static Tensor RandomValues(Tensor images, DrawnParameters parameters)
    {
        var (channels, height, width) = ((int)images.shape[1], (int)images.shape[2], (int)images.shape[3]);
        var values = new float[images.numel()];
        for (var image = 0; image < parameters.Count; image++)
        {
            var (random, box) = (NoiseField.Start(parameters[image][4..]), Box(parameters[image]));
            for (var channel = 0; channel < channels; channel++)
            {
                for (var row = box.Top; row < box.Top + box.Height; row++)
                {
                    var start = ((((image * channels) + channel) * height) + row) * width;
                    foreach (ref var value in values.AsSpan(start + box.Left, box.Width))
                    {
                        value = (float)random.NextDouble();
                    }
                }
            }
        }

        return tensor(values, images.shape, images.dtype, images.device);
    }
}
