using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Methods;

/// <summary>What <see cref="LooC"/> is set to.</summary>
/// <remarks>
/// The default is the published one, for ImageNet-100: MoCo v2's with 16,384 keys in each space. What goes with it: <c>LooCViews.ImageNet</c>; ResNet-50, or for
/// LooC++ <c>BranchingEncoder.OfResNet</c> with n + 1 branches; <c>ProjectionHead.MoCoV2(2048)</c>; 256 images, SGD at 0.03, momentum 0.9, decay 1e-4, 500
/// epochs, a tenth from 300 and from 400. Xiao et al., 2021 (arXiv:2008.05659).
/// </remarks>
public sealed record LooCOptions
{
    /// <summary>The settings of queues, momentum copies and temperature, each queue's K being <see cref="MoCoOptions.QueueCapacity"/>. Not symmetric.</summary>
    /// <exception cref="ArgumentException">It is symmetric: q and the keys have no other direction.</exception>
    public MoCoOptions MoCo
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value.Symmetric
                ? throw new ArgumentException("Expected `MoCo` not to be symmetric: a query and its keys have no other direction.", nameof(MoCo))
                : value;
        }
    }
    = MoCoOptions.V2 with { QueueCapacity = 16_384 };

    /// <summary>Which keys enter the queues of the augmentations' spaces. Default: all.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is undefined.</exception>
    public QueueContents Queues
    {
        get;
        init
        {
            ViewGuard.Defined(value, nameof(Queues));
            field = value;
        }
    }
}
