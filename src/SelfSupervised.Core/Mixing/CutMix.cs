using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Mixing;

/// <summary>Pastes a box of the partner into each image; labels are mixed by area.</summary>
/// <remarks>
/// With λ ~ Beta(α, α) the box has the size ⌊W√(1−λ)⌋ by ⌊H√(1−λ)⌋ about a centre uniform over all pixels, clipped to the image;
/// then λ = 1 − box area / (H·W), exactly. Yun et al., "CutMix", 2019 (arXiv:1905.04899).
/// </remarks>
public sealed class CutMix : BatchMixing
{
    /// <summary>Creates the mixing.</summary>
    /// <param name="probability">The share of batches that are mixed, from 0 to 1. Default 1 (ImageNet); 0.5 on CIFAR.</param>
    /// <param name="alpha">α, finite and above 0. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public CutMix(double probability = 1, double alpha = 1)
    {
        ViewGuard.Share(probability, nameof(probability));
        Guard.Positive(alpha, nameof(alpha));
        (Probability, Alpha) = (probability, alpha);
    }

    /// <summary>The share of batches that are mixed.</summary>
    public double Probability { get; }

    /// <summary>α.</summary>
    public double Alpha { get; }

    private protected override MixDraw Draw(ref CounterRandom random, int[] partners, ImageShape shape)
    {
        if (random.NextDouble() >= Probability)
        {
            return new MixDraw(partners, 1, 1, default);
        }

        var side = Math.Sqrt(1 - BetaSampler.Draw(ref random, Alpha));
        var (top, height) = Cut(ref random, shape.Height, side);
        var (left, width) = Cut(ref random, shape.Width, side);
        var weight = 1 - ((double)height * width / ((double)shape.Height * shape.Width));
        return new MixDraw(partners, 1, weight, (top, left, height, width));
    }

    private static (int Start, int Length) Cut(ref CounterRandom random, int length, double share)
    {
        var (cut, centre) = ((int)(length * share), random.Below(length));
        var (start, end) = (Math.Clamp(centre - (cut / 2), 0, length), Math.Clamp(centre + (cut / 2), 0, length));
        return (start, end - start);
    }
}
