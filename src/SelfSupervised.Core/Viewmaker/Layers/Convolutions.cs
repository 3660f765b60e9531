using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker.Layers;

/// <summary>What holds the weights of the network's convolutions.</summary>
internal static class Convolutions
{
    /// <summary>Weights and bias uniform within ±1/√(inputs·kernel²), PyTorch's default.</summary>
    public static Conv2d Make(long inputs, long outputs, long kernel, Generator? generator)
    {
        var layer = nn.Conv2d(inputs, outputs, kernel);
        var bound = 1 / Math.Sqrt(inputs * kernel * kernel);
        using var noGradient = no_grad();
        layer.weight.uniform_(-bound, bound, generator);
        layer.bias!.uniform_(-bound, bound, generator);
        return layer;
    }
}
