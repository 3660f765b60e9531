using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Style transfer by statistics: feature maps get the mean and the deviation of another image's, and are decoded.</summary>
/// <remarks>
/// <code>AdaIN(c, s) = σ(s)·(c − μ(c))/σ(c) + μ(s),  t = α·AdaIN(φ(x), φ(y)) + (1 − α)·φ(x),  image = g(t)</code>
/// <para>
/// μ and σ are per image and channel over the positions; σ is √(variance + ε), the variance with the divisor HW − 1. The encoder φ and the decoder g
/// are yours: as published φ is VGG-19 up to relu4_1 and g its mirror, both trained, and the styles are paintings. This library has no such weights.
/// </para>
/// <para>
/// Huang and Belongie, "Arbitrary Style Transfer in Real-time with Adaptive Instance Normalization", 2017 (arXiv:1703.06868); used for textures by
/// Geirhos et al., 2019 (arXiv:1811.12231).
/// </para>
/// </remarks>
public sealed class AdaptiveInstanceNormalization : IStyleTransfer
{
    private readonly nn.Module<Tensor, Tensor> _encoder;
    private readonly nn.Module<Tensor, Tensor> _decoder;

    /// <summary>Composes the transfer. Both modules stay the caller's, frozen and in the mode and on the device that the caller puts them.</summary>
    /// <param name="encoder">φ, from images [B, C, H, W] to maps [B, D, h, w].</param>
    /// <param name="decoder">g, back again, to [B, C, H, W]; what exceeds [0, 1] is clipped.</param>
    public AdaptiveInstanceNormalization(nn.Module<Tensor, Tensor> encoder, nn.Module<Tensor, Tensor> decoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        ArgumentNullException.ThrowIfNull(decoder);
        (_encoder, _decoder) = (encoder, decoder);
    }

    /// <summary>AdaIN(c, s).</summary>
    /// <param name="content">c, [B, D, h, w] with at least two positions, Float32 or Float64.</param>
    /// <param name="style">s, [B, D, h', w'] with at least two positions, of the same type and device.</param>
    /// <param name="epsilon">ε, finite and above 0. Default 1e-5.</param>
    /// <returns>[B, D, h, w]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The maps have another rank, shape, type or device.</exception>
    /// <exception cref="ArgumentOutOfRangeException">ε is out of range.</exception>
    /// <exception cref="ObjectDisposedException">A map has been disposed.</exception>
    public static Tensor Apply(Tensor content, Tensor style, double epsilon = 1e-5)
    {
        CheckMaps(content, style);
        Guard.Positive(epsilon, nameof(epsilon));
        using var scope = NewDisposeScope();
        using var small = epsilon.ToScalar();
        var (mean, deviation) = Statistics(content, small);
        var (styleMean, styleDeviation) = Statistics(style, small);
        return content.sub(mean).div(deviation).mul(styleDeviation).add(styleMean, Scalars.One).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">An input has another rank, shape, type or device; or the decoder gives another shape than the images'.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public Tensor Stylize(Tensor images, Tensor styles, Tensor strengths)
    {
        ViewGuard.Images(images, nameof(images));
        ViewGuard.Images(styles, nameof(styles));
        Guard.Alive(strengths, nameof(strengths));
        using var scope = NewDisposeScope();
        var content = _encoder.call(images);
        var transferred = Apply(content, _encoder.call(styles));
        var decoded = _decoder.call(content.add(transferred.sub(content).mul(strengths), Scalars.One));
        Guard.SameShape(decoded, "the decoder's output", images, nameof(images));
        return ColorOperations.Clip(decoded).MoveToOuterDisposeScope();
    }

    private static (Tensor Mean, Tensor Deviation) Statistics(Tensor maps, Scalar epsilon) =>
        (maps.mean([2, 3], keepdim: true), maps.var([2, 3], unbiased: true, keepdim: true).add(epsilon, Scalars.One).sqrt());

    private static void CheckMaps(Tensor content, Tensor style)
    {
        ViewGuard.Images(content, nameof(content));
        ViewGuard.Images(style, nameof(style));
        var (shape, other) = (content.shape, style.shape);
        if (shape[0] != other[0] || shape[1] != other[1] || shape[2] * shape[3] < 2 || other[2] * other[3] < 2 || content.dtype != style.dtype)
        {
            throw new ArgumentException(
                $"Expected `style` to have shape [{shape[0]}, {shape[1]}, h, w] and type {content.dtype} like `content`, both with at least two positions, "
                + $"but got {Guard.Text(other)}, {style.dtype} and {Guard.Text(shape)}.",
                nameof(style));
        }

        Guard.SameDevice(style, nameof(style), content, nameof(content));
    }
}
