using SelfSupervised.Core.Viewmaker;

namespace SelfSupervised.Core.Tests.Viewmaker;

/// <summary>The network layer by layer, as it is described: upsampling, padding and whole convolutions.</summary>
internal static class Reference
{
    /// <summary>What the network puts out before its tanh, for sides that are multiples of 4.</summary>
    public static Tensor Output(ViewmakerNetwork network, Tensor images, ViewmakerNoise noise)
    {
        var parameters = network.named_parameters().ToDictionary(entry => entry.name, entry => (Tensor)entry.parameter);
        var map = Normalised("in1", Convolution("conv1", cat([images, noise.Image], 1), 4, 1)).relu();
        map = Normalised("in2", Convolution("conv2", map, 1, 2)).relu();
        map = Normalised("in3", Convolution("conv3", map, 1, 2)).relu();
        for (var i = 0; i < network.Options.ResidualBlocks; i++)
        {
            var joined = cat([map, noise.Maps.narrow(1, i, 1)], 1);
            var residual = Normalised($"res{i + 1}.in1", Convolution($"res{i + 1}.conv1", joined, 1, 1)).relu();
            map = joined + Normalised($"res{i + 1}.in2", Convolution($"res{i + 1}.conv2", residual, 1, 1));
        }

        map = Normalised("in4", Convolution("deconv1", Upsampled(map), 1, 1)).relu();
        map = Normalised("in5", Convolution("deconv2", Upsampled(map), 1, 1)).relu();
        return Convolution("deconv3", map, 4, 1);

        Tensor Convolution(string name, Tensor input, long border, long stride) => nn.functional.conv2d(
            nn.functional.pad(input, (border, border, border, border), PaddingModes.Reflect),
            parameters[$"{name}.conv2d.weight"], parameters[$"{name}.conv2d.bias"], [stride, stride]);

        Tensor Normalised(string name, Tensor input)
        {
            var deviation = (input.var([2, 3], unbiased: false, keepdim: true) + 1e-5).sqrt();
            var (weight, bias) = (parameters[$"{name}.weight"].view(1, -1, 1, 1), parameters[$"{name}.bias"].view(1, -1, 1, 1));
            return ((input - input.mean([2, 3], keepdim: true)) / deviation * weight) + bias;
        }
    }

    private static Tensor Upsampled(Tensor map) => map.repeat_interleave(2, 2).repeat_interleave(2, 3);
}
