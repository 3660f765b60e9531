using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>A surrogate for <see cref="StyleRandomization"/> that needs no weights: an image gets low-frequency amplitudes of another image of its batch.</summary>
/// <remarks>
/// <para>
/// Per channel, X = A·e^{iP} being the image's Fourier transform and A' its partner's amplitudes,
/// </para>
/// <code>A ← (1 − λ)·A + λ·A'  where |k_y| ≤ b and |k_x| ≤ b,  b = ⌊β·min(H, W)⌋</code>
/// <para>
/// and the phases stay. The result is clipped to [0, 1]. With b = 0 only the channels' means are exchanged. It is no style transfer: it changes
/// colour and contrast along with coarse texture, and nothing above the band. Results with it are not results with stylised images.
/// </para>
/// <para>
/// What is drawn is a number in [0, 1), the strength λ and the band β. The number says which of the other B − 1 images of the batch is the partner,
/// counted on from the image's own place; so the draw is the image's alone, but what it does depends on the batch. There must be two images.
/// </para>
/// <para>
/// Yang and Soatto, "FDA: Fourier Domain Adaptation for Semantic Segmentation", 2020 (arXiv:2004.05498); mixed amplitudes as in Xu et al., "A
/// Fourier-based Framework for Domain Generalization", 2021 (arXiv:2105.11120).
/// </para>
/// </remarks>
public sealed class FourierAmplitudeSwap : ViewOperator
{
    /// <summary>Creates the operator.</summary>
    /// <param name="probability">The share of images that get it, from 0 to 1. Default 0.5.</param>
    /// <param name="strength">λ is uniform between both, each from 0 to 1. Default (0.5, 1).</param>
    /// <param name="band">β is uniform between both, each from 0 to 0.5, at which all frequencies are in the band. Default (0.05, 0.15).</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public FourierAmplitudeSwap(double probability = 0.5, (double Low, double High)? strength = null, (double Low, double High)? band = null)
        : base(probability, "partner", "strength", "band")
    {
        (Strength, Band) = (strength ?? (0.5, 1), band ?? (0.05, 0.15));
        ViewGuard.ShareRange(Strength, nameof(strength));
        ViewGuard.ShareRange(Band, nameof(band));
        if (Band.High > 0.5)
        {
            throw new ArgumentOutOfRangeException(nameof(band), band, $"Expected `band` to be from 0 to 0.5, but got {band}.");
        }
    }

    /// <summary>Between what λ is drawn.</summary>
    public (double Low, double High) Strength { get; }

    /// <summary>Between what β is drawn.</summary>
    public (double Low, double High) Band { get; }

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
        parameters[0] = (float)random.NextDouble();
        parameters[1] = (float)random.Uniform(Strength.Low, Strength.High);
        parameters[2] = (float)random.Uniform(Band.Low, Band.High);
    }

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape)
    {
        ViewGuard.Within(parameters[0], 0, 1, ParameterNames[0]);
        ViewGuard.Within(parameters[1], 0, 1, ParameterNames[1]);
        ViewGuard.Within(parameters[2], 0, 0.5, ParameterNames[2]);
    }

    /// <inheritdoc/>
    protected override Tensor ApplyAmong(Tensor batch, IReadOnlyList<int> places, DrawnParameters parameters)
    {
        var count = checked((int)batch.shape[0]);
        if (count < 2)
        {
            throw new ArgumentException($"{Name} takes amplitudes from another image of the batch, but the batch has one image.");
        }

        using var scope = NewDisposeScope();
        var partners = places.Select((place, row) => Partner(place, parameters[row][0], count));
        return Swap(
            batch.index_select(0, Places.Of(places, batch.device)), batch.index_select(0, Places.Of(partners, batch.device)), parameters).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters) => ApplyAmong(images, [.. Enumerable.Range(0, parameters.Count)], parameters);

    private static int Partner(int place, float number, int count) => (place + 1 + Math.Min((int)(number * (count - 1)), count - 2)) % count;

    private static Tensor Swap(Tensor images, Tensor partners, DrawnParameters parameters)
    {
        var (height, width) = (images.shape[2], images.shape[3]);
        var spectrum = fft.rfft2(images);
        var (amplitude, others) = (spectrum.abs(), fft.rfft2(partners).abs());
        using var rows = height.ToScalar();
        using var columns = width.ToScalar();
        var vertical = fft.fftfreq(height, dtype: images.dtype, device: images.device).mul(rows).abs().round().view(-1, 1);
        var horizontal = fft.rfftfreq(width, dtype: images.dtype, device: images.device).mul(columns).abs().round();
        var side = Math.Min(height, width);
        var bounds = tensor(parameters.Map(row => (float)Math.Floor(row[2] * side)), [parameters.Count, 1, 1, 1], images.dtype, images.device);
        var share = maximum(vertical, horizontal).le(bounds).to(images.dtype).mul(parameters.Column(1, images));
        var mixed = polar(amplitude.add(others.sub(amplitude).mul(share), Scalars.One), spectrum.angle());
        return ColorOperations.Clip(fft.irfft2(mixed, [height, width]));
    }
}
