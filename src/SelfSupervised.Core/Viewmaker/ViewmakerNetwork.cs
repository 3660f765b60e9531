using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Viewmaker.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <summary>A network that makes a random view of each image: the image and a learnt perturbation within a budget.</summary>
/// <remarks>
/// <para>
/// view = clamp(x + B(tanh(y))), y the network's output from x and uniform noise, B the <see cref="PerturbationBudget"/>. Layers, at the
/// default width:
/// 9×9 to 32 channels, 3×3 of stride 2 to 64, the same to 128; residual blocks, before each of which another channel of noise is
/// joined; nearest upsampling by 2 and 3×3 to 64, the same to 32; 9×9 to C. Convolutions have a bias and a reflected border; all but
/// the last are normalised (ε 1e-5). Weights start uniform within ±1/√inputs, PyTorch's default.
/// </para>
/// <para>
/// Parameters have the names of the released code (<c>conv1.conv2d.weight</c>, <c>in1.bias</c>, <c>res1.conv1.conv2d.weight</c>,
/// <c>deconv3.conv2d.bias</c>), but for residual blocks that it allocates and never runs: <see cref="ViewmakerWeights"/>. Three
/// blocks and channels make 1,120,131 parameters. Deviations: noise has the shape of the images, not W by W; sides that are no
/// multiples of 4 are reflected up to one, and the output is cropped.
/// </para>
/// <para>
/// The images must not be normalised before; normalise the views, as the last stage. To train an encoder alone, call it
/// under <c>no_grad</c>: it then takes less memory, too. It takes no part in <see cref="MixedPrecision"/>.
/// </para>
/// <para>
/// Tamkin, Wu and Goodman, "Viewmaker Networks: Learning Views for Unsupervised Representation Learning", ICLR 2021
/// (arXiv:2010.07432); alextamkin/viewmaker, src/models/viewmaker.py.
/// </para>
/// </remarks>
public sealed partial class ViewmakerNetwork : nn.Module<Tensor, Tensor>
{
    internal const int SmallestSide = 5;
    private const long Stride = 4;

    // The fields' names are the parameters' names, which are the released code's; a list's would not be.
    private readonly InputConvolution conv1;
    private readonly nn.Module<Tensor, Tensor> in1;
    private readonly ReflectedConvolution conv2;
    private readonly nn.Module<Tensor, Tensor> in2;
    private readonly ReflectedConvolution conv3;
    private readonly nn.Module<Tensor, Tensor> in3;
    private readonly UpsamplingConvolution deconv1;
    private readonly nn.Module<Tensor, Tensor> in4;
    private readonly UpsamplingConvolution deconv2;
    private readonly nn.Module<Tensor, Tensor> in5;
    private readonly OutputConvolution deconv3;

    private readonly ViewmakerBlock[] _blocks;
    private readonly CosineTransform? _transform;
    private readonly Generator? _noise;

    /// <summary>Builds and initialises the network on the CPU, in Float32.</summary>
    /// <param name="options">What it is made of. Default: <see cref="ViewmakerOptions"/> as they come.</param>
    /// <param name="generator">Draws the initial weights; on the CPU. Default: libtorch's own.</param>
    /// <param name="noise">
    /// Draws the noise where none is given, on any device; it stays the caller's. Default: libtorch's own of the images' device.
    /// </param>
    /// <example><code>using var viewmaker = new ViewmakerNetwork(new() { Budget = PerturbationBudget.L2(0.05) });</code></example>
    public ViewmakerNetwork(ViewmakerOptions? options = null, Generator? generator = null, Generator? noise = null)
        : base(nameof(ViewmakerNetwork))
    {
        Options = options ?? new();
        _noise = noise;
        _transform = Options.Domain == ViewmakerDomain.Pixels ? null : new(Options.Domain == ViewmakerDomain.OrthonormalDct);
        using var scope = NewDisposeScope();
        var (narrow, middle, wide) = (Options.BaseWidth, 2L * Options.BaseWidth, 4L * Options.BaseWidth);
        conv1 = new InputConvolution(Options.Channels + 1, narrow, generator);
        in1 = Normalisation(narrow);
        conv2 = new ReflectedConvolution(narrow, middle, stride: 2, generator);
        in2 = Normalisation(middle);
        conv3 = new ReflectedConvolution(middle, wide, stride: 2, generator);
        in3 = Normalisation(wide);
        _blocks = [.. Enumerable.Range(1, Options.ResidualBlocks).Select(block => new ViewmakerBlock(wide + block, Normalisation, generator))];
        deconv1 = new UpsamplingConvolution(wide + Options.ResidualBlocks, middle, generator);
        in4 = Normalisation(middle);
        deconv2 = new UpsamplingConvolution(middle, narrow, generator);
        in5 = Normalisation(narrow);
        deconv3 = new OutputConvolution(narrow, Options.Channels, generator);
        RegisterInOrder();
        RegisterComponents();

        nn.Module<Tensor, Tensor> Normalisation(long channels) => Options.Normalisation == ViewmakerNormalisation.Batch
            ? nn.BatchNorm2d(channels)
            : nn.InstanceNorm2d(channels, affine: true);
    }

    /// <summary>What the network is made of.</summary>
    public ViewmakerOptions Options { get; }

    /// <summary>A view of each image, by noise that is drawn for it.</summary>
    /// <param name="images">
    /// [B, C, H, W], of the parameters' type and device, H and W at least 5; in [0, 1] if the network clamps.
    /// </param>
    /// <returns>[B, C, H, W]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// The images have another rank, number of channels, type or device, are too small, or are not finite; or the budget of
    /// p = 0 is below one of their elements.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public override Tensor forward(Tensor images)
    {
        CheckImages(images);
        using var noise = DrawNoise(images, _noise);
        return Apply(images, noise);
    }

    /// <summary>The view of each image that given noise makes.</summary>
    /// <param name="images">As in <see cref="forward"/>.</param>
    /// <param name="noise">As <see cref="DrawNoise"/> has it, of the images' type and device.</param>
    /// <returns>[B, C, H, W]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="forward"/>, or the noise has another shape, type or device, or is not finite.</exception>
    /// <exception cref="ObjectDisposedException">A tensor has been disposed.</exception>
    public Tensor Apply(Tensor images, ViewmakerNoise noise)
    {
        ArgumentNullException.ThrowIfNull(noise);
        using var scope = NewDisposeScope();
        return Perturb(images, noise).Views.MoveToOuterDisposeScope();
    }

    /// <summary>The views, and the perturbations that made them.</summary>
    /// <param name="images">As in <see cref="forward"/>.</param>
    /// <param name="noise">As in <see cref="Apply"/>. Default: drawn as in <see cref="forward"/>.</param>
    /// <returns>Views, perturbations and features. The caller owns them.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Apply"/>.</exception>
    /// <exception cref="ObjectDisposedException">A tensor has been disposed.</exception>
    /// <example><code>using var output = viewmaker.Perturb(images); using var spent = viewmaker.Options.Budget.Spent(output.Perturbation);</code></example>
    public ViewmakerOutput Perturb(Tensor images, ViewmakerNoise? noise = null)
    {
        CheckImages(images);
        using var scope = NewDisposeScope();
        if (noise is null)
        {
            noise = DrawNoise(images, _noise);
        }
        else
        {
            CheckNoise(images, noise);
        }

        if (Options.CheckValues)
        {
            Guard.Finite((images, nameof(images)), (noise.Image, "noise.Image"), (noise.Maps, "noise.Maps"));
        }

        var (perturbation, features) = Perturbation(images, noise);
        var views = Views(images, perturbation);
        return new(views.MoveToOuterDisposeScope(), perturbation.MoveToOuterDisposeScope(), features.MoveToOuterDisposeScope());
    }

    /// <summary>Noise for a batch of images, in the order in which the released code draws it.</summary>
    /// <param name="images">As in <see cref="forward"/>.</param>
    /// <param name="generator">
    /// Draws it, on the generator's own device, and the noise is then brought to the images'. Default: libtorch's own of the
    /// images' device.
    /// </param>
    /// <returns>Uniform in [0, 1), of the images' type. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="forward"/>.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    /// <example><code>using var generator = new Generator(7); using var noise = viewmaker.DrawNoise(images, generator);</code></example>
    public ViewmakerNoise DrawNoise(Tensor images, Generator? generator = null)
    {
        CheckImages(images);
        using var scope = NewDisposeScope();
        var (image, maps) = NoiseShapes(images);
        var device = generator?.device ?? images.device;
        var first = Uniform(image);
        long[] one = [maps[0], 1, maps[2], maps[3]];
        var others = maps[1] == 0 ? empty(maps, images.dtype, images.device) : cat([.. Enumerable.Range(0, _blocks.Length).Select(_ => Uniform(one))], 1);
        return new(first.MoveToOuterDisposeScope(), others.MoveToOuterDisposeScope());

        Tensor Uniform(long[] shape) => rand(shape, images.dtype, device, generator: generator).to(images.device);
    }

    // By hand what comes before the blocks, so that parameters are in the order of the released code.
    private void RegisterInOrder()
    {
        nn.Module[] before = [conv1, in1, conv2, in2, conv3, in3];
        string[] names = [nameof(conv1), nameof(in1), nameof(conv2), nameof(in2), nameof(conv3), nameof(in3)];
        foreach (var (name, module) in names.Zip(before).Concat(_blocks.Select((block, i) => ($"res{i + 1}", (nn.Module)block))))
        {
            register_module(name, module);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _transform?.Dispose();
        }

        base.Dispose(disposing);
    }
}
