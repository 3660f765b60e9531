using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Cuts out a box of random area, aspect ratio and place, and resizes it.</summary>
/// <remarks>
/// <para>
/// torchvision's rule, up to ten times: area A = H·W·U(area), aspect ratio r = exp(U(ln aspect)), w = round(√(A·r)),
/// h = round(√(A/r)), taken if it fits, at a uniformly drawn place. Otherwise the whole image, cut to the nearest aspect ratio
/// allowed, about its centre. On a square image the mean area at (0.08, 1) is a little below 0.54.
/// </para>
/// <para>
/// The resize is that of <see cref="Resize"/>. TensorFlow's SimCLR draws otherwise: the aspect ratio uniformly, then the height
/// uniformly within the area's bounds.
/// </para>
/// <para>Szegedy et al., "Going Deeper with Convolutions", 2014 (arXiv:1409.4842).</para>
/// </remarks>
public sealed class RandomResizedCrop : ViewOperator, IHostKernel
{
    private const int Attempts = 10;

    private readonly (double Low, double High) _logAspect;

    /// <summary>Creates the operator.</summary>
    /// <param name="height">The height of the views in pixels, at least 1.</param>
    /// <param name="width">Their width in pixels, at least 1.</param>
    /// <param name="area">The range of the box's share of the image, within (0, 1]. Default: (0.08, 1), SimCLR's; MoCo's is (0.2, 1).</param>
    /// <param name="aspect">The range of its width over its height, above 0. Default: (3/4, 4/3).</param>
    /// <param name="interpolation">The kernel. Default: bilinear.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1, a range is empty or out of range, or the kernel is undefined.</exception>
    public RandomResizedCrop(
        int height,
        int width,
        (double Low, double High)? area = null,
        (double Low, double High)? aspect = null,
        Interpolation interpolation = Interpolation.Bilinear)
        : base(probability: 1, "top", "left", "height", "width")
    {
        ModuleGuard.AtLeast(height, 1, nameof(height));
        ModuleGuard.AtLeast(width, 1, nameof(width));
        (Area, Aspect) = (area ?? (0.08, 1), aspect ?? (3 / 4.0, 4 / 3.0));
        ViewGuard.AreaRange(Area, nameof(area));
        ViewGuard.PositiveRange(Aspect, nameof(aspect));
        ViewGuard.Defined(interpolation, nameof(interpolation));
        (Height, Width, Interpolation) = (height, width, interpolation);
        _logAspect = (Math.Log(Aspect.Low), Math.Log(Aspect.High));
    }

    /// <summary>The height of the views in pixels.</summary>
    public int Height { get; }

    /// <summary>The width of the views in pixels.</summary>
    public int Width { get; }

    /// <summary>The range of the box's share of the image.</summary>
    public (double Low, double High) Area { get; }

    /// <summary>The range of the box's width over its height.</summary>
    public (double Low, double High) Aspect { get; }

    /// <summary>The kernel.</summary>
    public Interpolation Interpolation { get; }

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => new(input.Channels, Height, Width);

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var pixels = shape.Height * shape.Width * random.Uniform(Area.Low, Area.High);
            var ratio = Math.Exp(random.Uniform(_logAspect.Low, _logAspect.High));
            var (w, h) = ((int)Math.Round(Math.Sqrt(pixels * ratio)), (int)Math.Round(Math.Sqrt(pixels / ratio)));
            if (w > 0 && w <= shape.Width && h > 0 && h <= shape.Height)
            {
                (parameters[0], parameters[1]) = (random.Below(shape.Height - h + 1), random.Below(shape.Width - w + 1));
                (parameters[2], parameters[3]) = (h, w);
                return;
            }
        }

        Whole(shape, parameters);
    }

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape) => ViewGuard.Box(parameters, shape);

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters) =>
        BoxResize.Apply(images, parameters.Map(Box), Height, Width, Interpolation);

    // Followed by a flip: the products that resize can mirror too.
    internal Tensor ApplyFlipped(Tensor images, DrawnParameters rows, DrawnParameters flips) =>
        BoxResize.Apply(images, rows.Tail().Map(Box), Height, Width, Interpolation, image => flips[image][0] != 0);

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters) =>
        BoxResize.Apply(image, Box(parameters), Height, Width, Interpolation);

    private static (int Top, int Left, int Height, int Width) Box(ReadOnlySpan<float> parameters) =>
        ((int)parameters[0], (int)parameters[1], (int)parameters[2], (int)parameters[3]);

    private void Whole(ImageShape shape, Span<float> parameters)
    {
        var (w, h) = (shape.Width, shape.Height);
        var ratio = w / (double)h;
        if (ratio < Aspect.Low)
        {
            h = Math.Clamp((int)Math.Round(w / Aspect.Low), 1, h);
        }
        else if (ratio > Aspect.High)
        {
            w = Math.Clamp((int)Math.Round(h * Aspect.High), 1, w);
        }

        (parameters[0], parameters[1], parameters[2], parameters[3]) = ((shape.Height - h) / 2, (shape.Width - w) / 2, h, w);
    }
}
