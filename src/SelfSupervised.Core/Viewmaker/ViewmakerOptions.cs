using SelfSupervised.Core.Internal;

namespace SelfSupervised.Core.Viewmaker;

/// <summary>What a <see cref="ViewmakerNetwork"/> is made of. A value that makes no sense is refused where it is set.</summary>
/// <remarks>
/// The defaults are those of the released code for CIFAR-10 (alextamkin/viewmaker, src/models/viewmaker.py). The paper, and
/// <see cref="Paper"/>, have five residual blocks.
/// </remarks>
public sealed record ViewmakerOptions
{
    /// <summary>C, the channels of the images, at least 1. Default 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is too small.</exception>
    public int Channels { get; init => field = AtLeast(1, value, nameof(Channels)); } = 3;

    /// <summary>w, the channels of the first convolution, at least 1; the others have 2w and 4w. Default 32; fewer are faster.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is too small.</exception>
    public int BaseWidth { get; init => field = AtLeast(1, value, nameof(BaseWidth)); } = 32;

    /// <summary>R, the number of residual blocks, each with a noise channel of its own; at least 0. Default 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public int ResidualBlocks { get; init => field = AtLeast(0, value, nameof(ResidualBlocks)); } = 3;

    /// <summary>What normalises the maps. Default: instance norm.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is undefined.</exception>
    public ViewmakerNormalisation Normalisation { get; init => field = Defined(value, nameof(Normalisation)); }

    /// <summary>The activation of the outer layers. Default: ReLU.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is undefined.</exception>
    public ViewmakerActivation Activation { get; init => field = Defined(value, nameof(Activation)); }

    /// <summary>How much views may differ from their images. Default: a mean absolute change of 0.05.</summary>
    /// <exception cref="ArgumentNullException">There is none.</exception>
    public PerturbationBudget Budget { get; init => field = value ?? throw new ArgumentNullException(nameof(Budget)); } = PerturbationBudget.L1();

    /// <summary>Whether views are clamped to [0, 1], as images are (default); leave it off for spectrograms.</summary>
    public bool Clamp { get; init; } = true;

    /// <summary>In what the network perturbs. Default: pixels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is undefined.</exception>
    public ViewmakerDomain Domain { get; init => field = Defined(value, nameof(Domain)); }

    /// <summary>
    /// The height and width to which images are resized for the network, and from which their perturbation is resized back, both
    /// bilinearly, so that the budget holds approximately; at least 5 each. Default: none, images are taken as they are.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is too small.</exception>
    public (int Height, int Width)? ResizeTo { get; init => field = Size(value); }

    /// <summary>Whether images and noise are searched for NaN and infinity (default). It waits for a GPU.</summary>
    public bool CheckValues { get; init; } = true;

    /// <summary>The paper's image network: five residual blocks.</summary>
    public static ViewmakerOptions Paper { get; } = new() { ResidualBlocks = 5 };

    /// <summary>For speech as released: log-mel spectrograms of one channel, standardised, not clamped.</summary>
    public static ViewmakerOptions Audio { get; } = new() { Channels = 1, Clamp = false };

    /// <summary>For wearable sensors as released: log-spectrograms of 52 channels, not clamped.</summary>
    public static ViewmakerOptions Sensor { get; } = new() { Channels = 52, Clamp = false };

    private static int AtLeast(int smallest, int value, string name)
    {
        ModuleGuard.AtLeast(value, smallest, name);
        return value;
    }

    private static T Defined<T>(T value, string name)
        where T : struct, Enum
    {
        ViewGuard.Defined(value, name);
        return value;
    }

    private static (int Height, int Width)? Size((int Height, int Width)? size)
    {
        if (size is var (height, width))
        {
            ModuleGuard.AtLeast(Math.Min(height, width), ViewmakerNetwork.SmallestSide, nameof(ResizeTo));
        }

        return size;
    }
}
