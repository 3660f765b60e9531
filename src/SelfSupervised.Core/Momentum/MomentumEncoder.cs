using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Momentum;

/// <summary>A copy of a module that follows it slowly and never learns by itself: MoCo's key encoder, mean teacher's teacher.</summary>
/// <remarks>
/// <para>
/// It starts as an exact copy. After each of the optimiser's steps <see cref="Update"/> moves its parameters by
/// <see cref="ExponentialMovingAverage"/>, in place. None of its parameters requires a gradient and its outputs have no graph. Whether its
/// batch norm normalises by the batch or by running statistics is its mode's to say, as in any module.
/// </para>
/// <para>
/// Its state is the copy's parameters and buffers and the number of updates, which the schedule is asked for. The original is no part of it, and has
/// to be given to each update.
/// </para>
/// <para>He et al., "Momentum Contrast for Unsupervised Visual Representation Learning", 2019 (arXiv:1911.05722).</para>
/// </remarks>
public sealed class MomentumEncoder : nn.Module<Tensor, Tensor>
{
    // The fields' names begin the state's names.
    private readonly nn.Module<Tensor, Tensor> module;
    private readonly HostNumber updates;
    private readonly Schedule _schedule;

    /// <summary>Copies a module.</summary>
    /// <param name="online">The original, on any device; the copy is moved there. It stays the caller's.</param>
    /// <param name="factory">
    /// Makes another module like the original, with any weights: TorchSharp can't clone one. Like it is what has the same names and shapes in the
    /// same order. The copy is owned.
    /// </param>
    /// <param name="momentum">m at each update, from 0 to 1; <see cref="MomentumSchedule"/> has some. Default: always 0.999.</param>
    /// <param name="buffers">What becomes of batch norm's statistics. Default: the copy keeps its own.</param>
    /// <exception cref="ArgumentException">The factory gave the original itself, or a module that differs.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The policy is undefined.</exception>
    /// <example><code>
    /// using var keys = new MomentumEncoder(encoder, () => new ResNet(encoder.Layout), MomentumSchedule.Constant(0.99));
    /// </code></example>
    public MomentumEncoder(
        nn.Module<Tensor, Tensor> online,
        Func<nn.Module<Tensor, Tensor>> factory,
        Schedule? momentum = null,
        BufferPolicy buffers = BufferPolicy.Own)
        : base(nameof(MomentumEncoder))
    {
        ArgumentNullException.ThrowIfNull(online);
        ArgumentNullException.ThrowIfNull(factory);
        ViewGuard.Defined(buffers, nameof(buffers));
        module = factory() ?? throw new ArgumentException("Expected `factory` to give a module, but it gave null.", nameof(factory));
        if (ReferenceEquals(module, online))
        {
            throw new ArgumentException("Expected `factory` to make a new module, but it gave the original.", nameof(factory));
        }

        if (online.named_parameters().Select(entry => entry.parameter).FirstOrDefault() is { } first)
        {
            module.to(first.device);
        }

        ExponentialMovingAverage.Copy(module, online);
        foreach (var (_, parameter) in module.named_parameters())
        {
            parameter.requires_grad = false;
        }

        (updates, _schedule, Buffers) = (new HostNumber(0), momentum ?? MomentumSchedule.Constant(0.999), buffers);
        RegisterComponents();
    }

    /// <summary>The copy.</summary>
    public nn.Module<Tensor, Tensor> Module => module;

    /// <summary>What becomes of batch norm's statistics at an update.</summary>
    public BufferPolicy Buffers { get; }

    /// <summary>The number of updates so far.</summary>
    public long Updates => updates.Value;

    /// <summary>What the copy makes of a batch, without graph.</summary>
    /// <param name="input">What the module takes.</param>
    /// <returns>The module's output. The caller owns it.</returns>
    public override Tensor forward(Tensor input)
    {
        using var noGradient = no_grad();
        return module.call(input);
    }

    /// <summary>Moves the copy towards the original, once per step, after the optimiser's.</summary>
    /// <param name="online">The original, on the copy's device.</param>
    /// <exception cref="ArgumentException">It is not like the copy, or on another device.</exception>
    /// <exception cref="InvalidOperationException">The schedule gave a momentum that is not from 0 to 1.</exception>
    public void Update(nn.Module<Tensor, Tensor> online)
    {
        var (count, momentum) = (updates.Value, _schedule(updates.Value));
        if (momentum is not (>= 0 and <= 1))
        {
            throw new InvalidOperationException($"Expected the momentum's schedule to give numbers from 0 to 1, but it gave {momentum} at update {count}.");
        }

        ExponentialMovingAverage.Update(module, online, momentum, Buffers);
        updates.Value = count + 1;
    }
}
