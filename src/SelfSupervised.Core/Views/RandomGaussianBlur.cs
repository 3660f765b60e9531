using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Blurs with a Gaussian of random width, drawn per image.</summary>
/// <remarks>
/// Taps exp(−x²/2σ²) over their sum, x from −r to r, along rows and columns of each channel; σ is uniform. SimCLR's radius is
/// fixed, a twentieth of the height, and its images are continued by zeros (<see cref="SimClr"/>); MoCo v2 blurs with Pillow, which
/// approximates a Gaussian without bound: r = ⌈3σ⌉, mirrored, the default here. SimCLR's code draws one σ for a batch; here, as in the
/// paper, each image has its own.
/// </remarks>
public sealed class RandomGaussianBlur : ViewOperator, IHostKernel
{
    /// <summary>Creates the operator.</summary>
    /// <param name="sigma">The range of σ in pixels, above 0. Default: (0.1, 2).</param>
    /// <param name="radius">r in pixels, at least 0, or null (default) for ⌈3σ⌉.</param>
    /// <param name="border">How an image goes on beyond its border. Default: mirrored.</param>
    /// <param name="probability">The share of images that get it, from 0 to 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or the border is undefined.</exception>
    public RandomGaussianBlur(
        (double Low, double High)? sigma = null, int? radius = null, BorderMode border = BorderMode.Reflect, double probability = 0.5)
        : base(probability, "sigma")
    {
        Sigma = sigma ?? (0.1, 2);
        ViewGuard.PositiveRange(Sigma, nameof(sigma));
        ModuleGuard.AtLeast(radius ?? 0, 0, nameof(radius));
        ViewGuard.Defined(border, nameof(border));
        (Radius, Border) = (radius, border);
    }

    /// <summary>The range of σ in pixels.</summary>
    public (double Low, double High) Sigma { get; }

    /// <summary>r in pixels, or null for ⌈3σ⌉.</summary>
    public int? Radius { get; }

    /// <summary>How an image goes on beyond its border.</summary>
    public BorderMode Border { get; }

    /// <summary>SimCLR's blur: σ from 0.1 to 2, r = ⌊⌊H/10⌋/2⌋, beyond the border zeros; for half of the images.</summary>
    /// <param name="height">H, the height of the images in pixels, at least 1: 224 gives 23 taps, 32 gives 3.</param>
    /// <returns>The operator.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The height is below 1.</exception>
    public static RandomGaussianBlur SimClr(int height)
    {
        ModuleGuard.AtLeast(height, 1, nameof(height));
        return new RandomGaussianBlur(radius: height / 10 / 2, border: BorderMode.Zero);
    }

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters) =>
        parameters[0] = (float)random.Uniform(Sigma.Low, Sigma.High);

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape) =>
        ViewGuard.Within(parameters[0], float.Epsilon, shape.Height + shape.Width, ParameterNames[0]);

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var scope = NewDisposeScope();
        var (rows, columns) = (new TapTable(), new TapTable());
        var taps = parameters.Map(Taps).Max();
        rows.Start(parameters.Count, (int)images.shape[2], taps);
        columns.Start(parameters.Count, (int)images.shape[3], taps);
        for (var image = 0; image < parameters.Count; image++)
        {
            var weights = Weights(parameters[image]);
            Resampling.Blur(rows, weights, Border, image);
            Resampling.Blur(columns, weights, Border, image);
        }

        return TapTable.Apply(images, rows, columns).MoveToOuterDisposeScope();
    }

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters) => HostBlur.Apply(image, Weights(parameters), Border);

    private float[] Weights(ReadOnlySpan<float> parameters)
    {
        var weights = new float[Taps(parameters)];
        Resampling.Gaussian(weights, parameters[0]);
        return weights;
    }

    private int Taps(ReadOnlySpan<float> parameters) => (2 * (Radius ?? (int)MathF.Ceiling(3 * parameters[0]))) + 1;
}
