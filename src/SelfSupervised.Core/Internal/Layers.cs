using SelfSupervised.Core.Normalisation;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Internal;

/// <summary>Layers as encoders and heads use them, initialised from a generator.</summary>
/// <remarks>TorchSharp leaves temporaries in the scope in which a layer is built: build inside one of your own.</remarks>
internal static class Layers
{
    /// <summary>A convolution without bias that keeps the size up to its stride; Kaiming-normal by its fan-out.</summary>
    public static Conv2d Convolution(long inputs, long outputs, long kernel, long stride, Generator? generator)
    {
        var layer = nn.Conv2d(inputs, outputs, kernel, stride: stride, padding: kernel / 2, bias: false);
        using var noGradient = no_grad();
        layer.weight.normal_(0, Math.Sqrt(2.0 / (outputs * kernel * kernel)), generator);
        return layer;
    }

    /// <summary>Batch norm over the batch, or over each of its parts; of scale 1, or 0 where a block is to start as its shortcut.</summary>
    public static nn.Module<Tensor, Tensor> BatchNorm(long channels, int splits, bool zeroInitialise = false)
    {
        nn.Module<Tensor, Tensor> norm = splits == 1 ? nn.BatchNorm2d(channels) : new SplitBatchNorm2d(channels, splits);
        if (zeroInitialise)
        {
            nn.init.zeros_(norm.get_parameter("weight")!);
        }

        return norm;
    }

    /// <summary>A dense layer; weight and bias uniform within ±1/√inputs, PyTorch's default.</summary>
    public static Linear Dense(long inputs, long outputs, bool bias, Generator? generator)
    {
        var layer = nn.Linear(inputs, outputs, hasBias: bias);
        var bound = 1 / Math.Sqrt(inputs);
        using var noGradient = no_grad();
        layer.weight.uniform_(-bound, bound, generator);
        layer.bias?.uniform_(-bound, bound, generator);
        return layer;
    }
}
