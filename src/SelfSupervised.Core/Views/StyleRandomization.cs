using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Gives an image the style of one of a set of style images, which changes its texture and keeps its shapes.</summary>
/// <remarks>
/// What is drawn is the style's number and the strength. LooC's third augmentation, in the manner of Stylized-ImageNet (Geirhos et al., 2019,
/// arXiv:1811.12231). LooC's paper doesn't give the settings in full; that half of the images are stylised is this library's choice.
/// </remarks>
public sealed class StyleRandomization : ViewOperator
{
    private readonly IStyleTransfer _transfer;
    private readonly Tensor _styles;
    private readonly (double Low, double High) _strength;

    /// <summary>Creates the operator.</summary>
    /// <param name="transfer">What stylises: <see cref="AdaptiveInstanceNormalization"/>, or one of yours. It stays the caller's.</param>
    /// <param name="styles">[N, C, H', W'] in [0, 1], Float32 or Float64, of any size. They stay the caller's, and have to live as long as the operator.</param>
    /// <param name="probability">The share of images that get it, from 0 to 1. Default 0.5.</param>
    /// <param name="strength">α is uniform between both, each from 0 to 1. Default (1, 1).</param>
    /// <exception cref="ArgumentException">The styles have another rank or type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The probability or the strength is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The styles have been disposed.</exception>
    public StyleRandomization(IStyleTransfer transfer, Tensor styles, double probability = 0.5, (double Low, double High)? strength = null)
        : base(probability, "style", "strength")
    {
        ArgumentNullException.ThrowIfNull(transfer);
        ViewGuard.Images(styles, nameof(styles));
        (_transfer, _styles, _strength) = (transfer, styles, strength ?? (1, 1));
        ViewGuard.ShareRange(_strength, nameof(strength));
        Styles = checked((int)styles.shape[0]);
    }

    /// <summary>N, the number of styles.</summary>
    public int Styles { get; }

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
        parameters[0] = random.Below(Styles);
        parameters[1] = (float)random.Uniform(_strength.Low, _strength.High);
    }

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape)
    {
        ViewGuard.Whole(parameters[0], 0, Styles - 1, ParameterNames[0]);
        ViewGuard.Within(parameters[1], 0, 1, ParameterNames[1]);
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var scope = NewDisposeScope();
        Guard.Alive(_styles, "styles");
        var chosen = _styles.index_select(0, Places.Of(parameters.Map(row => (int)row[0]), _styles.device)).to(images.dtype, images.device);
        var stylised = _transfer.Stylize(images, chosen, parameters.Column(1, images));
        Guard.SameShape(stylised, "the stylised images", images, nameof(images));
        return stylised.MoveToOuterDisposeScope();
    }
}
