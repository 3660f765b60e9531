using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Normalisation;

/// <summary>Batch norm that treats S parts of a training batch each by itself, as S devices without synchronisation would.</summary>
/// <remarks>
/// <para>
/// A query and its key that are normalised together can be matched by the statistics that they share, which teaches the encoder
/// nothing. With parts, and keys that are encoded in another order (<see cref="BatchShuffle"/>), they seldom share any.
/// </para>
/// <code>y = γ·(x − μ_s)/√(σ²_s + ε) + β, s = n mod S for image n</code>
/// <para>
/// Part s has B/S images; μ_s and σ²_s are its mean and biased variance per channel. The running statistics move towards the mean over the
/// parts of μ_s and of the unbiased variances. In evaluation, and with S = 1, it is ordinary batch norm, whose parameters'
/// and buffers' names it has: <c>weight</c>, <c>bias</c>, <c>running_mean</c>, <c>running_var</c>, <c>num_batches_tracked</c>.
/// </para>
/// <para>He et al., 2019 (arXiv:1911.05722); facebookresearch/moco, colab/moco_cifar10_demo.ipynb.</para>
/// </remarks>
public sealed class SplitBatchNorm2d : nn.Module<Tensor, Tensor>
{
    // The fields' names are the parameters' names, which are those of ordinary batch norm.
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly Tensor running_mean;
    private readonly Tensor running_var;
    private readonly Tensor num_batches_tracked;

    /// <summary>Builds the layer on the CPU, in Float32: scale 1, shift 0, running mean 0 and variance 1.</summary>
    /// <param name="channels">C, at least 1.</param>
    /// <param name="splits">S, the number of parts, at least 1.</param>
    /// <param name="epsilon">ε, finite and above 0. Default 1e-5.</param>
    /// <param name="momentum">The weight of the new statistics in the running ones, from 0 to 1. Default 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public SplitBatchNorm2d(long channels, int splits, double epsilon = 1e-5, double momentum = 0.1)
        : base(nameof(SplitBatchNorm2d))
    {
        ModuleGuard.AtLeast(channels, 1, nameof(channels));
        ModuleGuard.AtLeast(splits, 1, nameof(splits));
        Guard.Positive(epsilon, nameof(epsilon));
        ViewGuard.Share(momentum, nameof(momentum));
        (Channels, Splits, Epsilon, Momentum) = (channels, splits, epsilon, momentum);
        using var scope = NewDisposeScope();
        weight = new Parameter(ones(channels));
        bias = new Parameter(zeros(channels));
        running_mean = zeros(channels);
        running_var = ones(channels);
        num_batches_tracked = zeros([], int64);
        scope.Detach(weight, bias, running_mean, running_var, num_batches_tracked);
        RegisterComponents();
    }

    /// <summary>C, the number of channels.</summary>
    public long Channels { get; }

    /// <summary>S, the number of parts.</summary>
    public int Splits { get; }

    /// <summary>ε, what is added to a variance.</summary>
    public double Epsilon { get; }

    /// <summary>The weight of the new statistics in the running ones.</summary>
    public double Momentum { get; }

    /// <summary>Normalises a batch, and while training moves the running statistics.</summary>
    /// <param name="input">
    /// [B, C, H, W] in the parameters' type, or that of <see cref="MixedPrecision"/>, and on their device; while training B is a multiple
    /// of S, and a part has at least 2 values per channel.
    /// </param>
    /// <returns>[B, C, H, W], of the input's type. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The input has another rank, number of channels, type or device, or can't be split.</exception>
    /// <exception cref="ObjectDisposedException">The input has been disposed.</exception>
    public override Tensor forward(Tensor input)
    {
        ModuleGuard.Maps(input, nameof(input), Channels);
        ModuleGuard.LikeParameters(input, nameof(input), this);
        if (!training)
        {
            return nn.functional.batch_norm(input, running_mean, running_var, weight, bias, training: false, Momentum, Epsilon);
        }

        var shape = input.shape;
        if (shape[0] % Splits != 0)
        {
            throw new ArgumentException($"Expected `input` to have a multiple of {Splits} images, the parts of batch norm, but got {shape[0]}.");
        }

        ModuleGuard.EnoughForBatchNorm(input, nameof(input), shape[0] / Splits * shape[2] * shape[3], this);
        using var scope = NewDisposeScope();
        return Train(input.contiguous(), shape).MoveToOuterDisposeScope();
    }

    // S images side by side are one of S·C channels: the parts are normalised as channels of their own.
    private Tensor Train(Tensor input, long[] shape)
    {
        var (means, variances) = (running_mean.repeat(Splits), running_var.repeat(Splits));
        using var folded = input.view(shape[0] / Splits, Splits * Channels, shape[2], shape[3]);
        var output = nn.functional.batch_norm(
            folded, means, variances, weight.repeat(Splits), bias.repeat(Splits), training: true, Momentum, Epsilon);
        using (no_grad())
        {
            running_mean.copy_(means.view(Splits, Channels).mean([0]));
            running_var.copy_(variances.view(Splits, Channels).mean([0]));
            num_batches_tracked.add_(Scalars.One, Scalars.One);
        }

        return output.view(shape);
    }
}
