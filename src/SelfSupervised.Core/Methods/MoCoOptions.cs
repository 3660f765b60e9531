using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Momentum;

namespace SelfSupervised.Core.Methods;

/// <summary>What <see cref="MoCo"/> is set to.</summary>
/// <remarks>
/// The named ones are those of He et al., 2019 (arXiv:1911.05722), of Chen et al., 2020 (arXiv:2003.04297) and of facebookresearch/moco,
/// main_moco.py and colab/moco_cifar10_demo.ipynb. What goes with each, elsewhere in this library:
/// <list type="table">
/// <item><term>V1</term><description><c>ViewPresets.MoCoV1</c>; ResNet-50; one dense layer of 128 outputs with bias; 256 images, SGD at 0.03, momentum 0.9, decay 1e-4, 200 epochs, a tenth from 120 and from 160.</description></item>
/// <item><term>V2</term><description><c>ViewPresets.MoCoV2</c>; ResNet-50; <c>ProjectionHead.MoCoV2</c>; as V1 with a cosine per epoch, 200 or 800 epochs.</description></item>
/// <item><term>Cifar</term><description><c>ViewPresets.MoCoCifar</c>; ResNet-18 with the CIFAR stem and <c>BatchNormSplits</c> 8; one dense layer of 128 outputs with bias; 512 images, SGD at 0.06, momentum 0.9, decay 5e-4, 200 epochs, a cosine.</description></item>
/// </list>
/// </remarks>
public sealed record MoCoOptions
{
    /// <summary>MoCo v1 on ImageNet: 65,536 keys, momentum 0.999, τ = 0.07.</summary>
    public static MoCoOptions V1 { get; } = new() { QueueStart = QueueStart.Random };

    /// <summary>MoCo v2 on ImageNet: as v1, τ = 0.2.</summary>
    public static MoCoOptions V2 { get; } = V1 with { Temperature = 0.2 };

    /// <summary>MoCo's demonstration on CIFAR-10: 4,096 keys, momentum 0.99, τ = 0.1, keys encoded in another order.</summary>
    public static MoCoOptions Cifar { get; } = V1 with { QueueCapacity = 4096, Momentum = MomentumSchedule.Constant(0.99), Temperature = 0.1, ShuffleKeys = true };

    /// <summary>K, the keys of the queue, at least 1. Default 65,536.</summary>
    public int QueueCapacity
    {
        get;
        init
        {
            ModuleGuard.AtLeast(value, 1, nameof(QueueCapacity));
            field = value;
        }
    }
    = 65_536;

    /// <summary>d, the width of the head's outputs, at least 1. Default 128.</summary>
    public int Dimension
    {
        get;
        init
        {
            ModuleGuard.AtLeast(value, 1, nameof(Dimension));
            field = value;
        }
    }
    = 128;

    /// <summary>τ, finite and above 0. Default 0.07.</summary>
    public double Temperature
    {
        get;
        init
        {
            Guard.Positive(value, nameof(Temperature));
            field = value;
        }
    }
    = 0.07;

    /// <summary>m at each update of the key encoder. Default: always 0.999.</summary>
    public Schedule Momentum { get; init; } = MomentumSchedule.Constant(0.999);

    /// <summary>What becomes of the key encoder's batch-norm statistics. Default: its own, as published.</summary>
    public BufferPolicy Buffers { get; init; }

    /// <summary>Whether each view is the query once and the key once; the losses are added. It doubles the work of a step. Default no.</summary>
    public bool Symmetric { get; init; }

    /// <summary>
    /// Whether keys are encoded in another order than queries, which matters with split batch norm. Of a batch that is embedded in parts
    /// (<see cref="GradientCache"/>) each part's keys are, within it. Default no.
    /// </summary>
    public bool ShuffleKeys { get; init; }

    /// <summary>
    /// Whether keys of the query's own image, from steps before, are left out of the negatives. Default no, as published; it helps
    /// where the queue isn't much smaller than the set.
    /// </summary>
    public bool ExcludeSameImage { get; init; }

    /// <summary>
    /// What the queue holds at first. Default: nothing, and the negatives of the first step are the keys of its batch. The published settings start
    /// with random keys.
    /// </summary>
    public QueueStart QueueStart { get; init; }
}
