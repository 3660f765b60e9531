using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Mixing;

/// <summary>Convex combinations of images and labels: x̃ = λx + (1 − λ)x_π, with one λ ~ Beta(α, α) per batch.</summary>
/// <remarks>Zhang et al., "mixup: Beyond Empirical Risk Minimization", 2017 (arXiv:1710.09412): α is 1 on CIFAR, 0.2 to 0.4 on ImageNet.</remarks>
public sealed class Mixup : BatchMixing
{
    /// <summary>Creates the mixing.</summary>
    /// <param name="alpha">α, finite, at least 0. Default 1; 0 mixes nothing (λ = 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">α is out of range.</exception>
    public Mixup(double alpha = 1)
    {
        ViewGuard.AtLeastZero(alpha, nameof(alpha));
        Alpha = alpha;
    }

    /// <summary>α.</summary>
    public double Alpha { get; }

    private protected override MixDraw Draw(ref CounterRandom random, int[] partners, ImageShape shape)
    {
        var weight = Alpha == 0 ? 1 : BetaSampler.Draw(ref random, Alpha);
        return new MixDraw(partners, weight, weight, default);
    }
}
