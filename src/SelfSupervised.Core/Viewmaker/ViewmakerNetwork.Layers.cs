using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <content>From images and noise to perturbations, and the checks before that.</content>
public sealed partial class ViewmakerNetwork
{
    private (Tensor Perturbation, Tensor Features) Perturbation(Tensor images, ViewmakerNoise noise)
    {
        var input = Options.ResizeTo is var (height, width) ? Resize(images, height, width) : images;
        input = _transform?.Transform(input) ?? input;
        var (output, features) = Run(input, noise);
        var perturbation = Options.Budget.Apply(output.tanh(), checkValues: false);
        perturbation = _transform?.Invert(perturbation) ?? perturbation;
        return (Options.ResizeTo is null ? perturbation : Resize(perturbation, images.shape[2], images.shape[3]), features);
    }

    // In place where no gradient needs the sum.
    private Tensor Views(Tensor images, Tensor perturbation)
    {
        var views = images.add(perturbation, Scalars.One);
        return !Options.Clamp ? views : views.requires_grad ? views.clamp(Scalars.Zero, Scalars.One) : views.clamp_(Scalars.Zero, Scalars.One);
    }

    private (Tensor Output, Tensor Features) Run(Tensor input, ViewmakerNoise noise)
    {
        var (height, width) = (input.shape[2], input.shape[3]);
        var (below, right) = (Whole(height) - height, Whole(width) - width);
        var whole = below + right == 0 ? input : nn.functional.pad(input, (0, right, 0, below), PaddingModes.Reflect);
        var map = Layer(conv1, in1, cat([whole, noise.Image], 1));
        map = Layer(conv2, in2, map);
        map = Layer(conv3, in3, map);
        var features = map.mean([2, 3]);
        for (var i = 0; i < _blocks.Length; i++)
        {
            using var before = map;
            using var joined = cat([before, noise.Maps.narrow(1, i, 1)], 1);
            map = _blocks[i].call(joined);
        }

        map = Layer(deconv1, in4, map);
        map = Layer(deconv2, in5, map);
        return (deconv3.call(map).narrow(2, 0, height).narrow(3, 0, width), features);
    }

    // Disposes what it is given: without a graph, the next layer then finds its memory free.
    private Tensor Layer(nn.Module<Tensor, Tensor> convolution, nn.Module<Tensor, Tensor> normalisation, Tensor input)
    {
        using var given = input;
        using var convolved = convolution.call(given);
        var map = normalisation.call(convolved);
        return Options.Activation == ViewmakerActivation.ReLU ? map.relu_() : map.leaky_relu_(Scalars.Leak);
    }

    private static Tensor Resize(Tensor images, long height, long width) =>
        nn.functional.interpolate(images, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);

    private static long Whole(long side) => (side + Stride - 1) / Stride * Stride;

    internal (long[] Image, long[] Maps) NoiseShapes(Tensor images)
    {
        var shape = images.shape;
        var (height, width) = Options.ResizeTo is var (h, w) ? (Whole(h), Whole(w)) : (Whole(shape[2]), Whole(shape[3]));
        return ([shape[0], 1, height, width], [shape[0], _blocks.Length, height / Stride, width / Stride]);
    }

    private void CheckImages(Tensor images)
    {
        ModuleGuard.Maps(images, nameof(images), Options.Channels);
        ModuleGuard.LikeParameters(images, nameof(images), this);
        var shape = images.shape;
        if (shape[2] < SmallestSide || shape[3] < SmallestSide)
        {
            throw new ArgumentException(
                $"Expected `images` to be at least {SmallestSide} by {SmallestSide} pixels, but got {Guard.Text(shape)}.", nameof(images));
        }
    }

    private void CheckNoise(Tensor images, ViewmakerNoise noise)
    {
        var (image, maps) = NoiseShapes(images);
        Check(noise.Image, "noise.Image", image);
        Check(noise.Maps, "noise.Maps", maps);

        void Check(Tensor tensor, string name, long[] expected)
        {
            Guard.Alive(tensor, name);
            if (!tensor.shape.AsSpan().SequenceEqual(expected))
            {
                throw new ArgumentException($"Expected `{name}` to have shape {Guard.Text(expected)} for these images, but got {Guard.Text(tensor.shape)}.", nameof(noise));
            }

            ModuleGuard.LikeParameters(tensor, name, this);
        }
    }
}
