using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Encoders;

/// <summary>Three convolutions with batch norm and ReLU: an encoder that trains on a CPU within a minute.</summary>
/// <remarks>
/// Each 3×3 convolution has stride 2; with base width w they have w, 2w and 4w channels. Any size from 8 pixels will do; one
/// that is a multiple of 8 is halved without remainder. The initialisation is that of <see cref="ResNet"/>; the parameters
/// are <c>layer1.0.weight</c> (convolution), <c>layer1.1.weight</c> (batch norm) and so on. The layout is this library's own.
/// </remarks>
public sealed class SmallConvNet : Encoder
{
    // The fields' names are the parameters' names.
    private readonly Sequential layer1;
    private readonly Sequential layer2;
    private readonly Sequential layer3;

    /// <summary>Builds and initialises the network on the CPU, in Float32.</summary>
    /// <param name="baseWidth">w, the channels of the first convolution, at least 1. Default 32: 128 features.</param>
    /// <param name="inputChannels">The channels of the images, at least 1. Default 3.</param>
    /// <param name="generator">Draws the initial weights; on the CPU. Default: libtorch's own.</param>
    /// <param name="batchNormSplits">As <see cref="ResNetLayout.BatchNormSplits"/>. Default 1: ordinary batch norm.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    /// <example><code>using var encoder = new SmallConvNet(baseWidth: 16, inputChannels: 1);</code></example>
    public SmallConvNet(long baseWidth = 32, long inputChannels = 3, Generator? generator = null, int batchNormSplits = 1)
        : base(nameof(SmallConvNet), inputChannels, stride: 8, [baseWidth, 2 * baseWidth, 4 * baseWidth])
    {
        ModuleGuard.AtLeast(baseWidth, 1, nameof(baseWidth));
        ModuleGuard.AtLeast(batchNormSplits, 1, nameof(batchNormSplits));
        using var scope = NewDisposeScope();
        layer1 = Layer(inputChannels, baseWidth, batchNormSplits, generator);
        layer2 = Layer(baseWidth, 2 * baseWidth, batchNormSplits, generator);
        layer3 = Layer(2 * baseWidth, 4 * baseWidth, batchNormSplits, generator);
        RegisterComponents();
    }

    /// <inheritdoc/>
    protected override Tensor Stage(int index, Tensor input) => index switch
    {
        0 => layer1.CallMixed(input),
        1 => layer2.CallMixed(input),
        _ => layer3.CallMixed(input),
    };

    internal static Sequential Layer(long inputs, long outputs, int splits, Generator? generator) => nn.Sequential(
        Layers.Convolution(inputs, outputs, kernel: 3, stride: 2, generator), Layers.BatchNorm(outputs, splits), nn.ReLU());
}
