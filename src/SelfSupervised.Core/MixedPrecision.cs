using SelfSupervised.Core.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core;

/// <summary>Convolutions and dense layers in BFloat16, while parameters, statistics of batch norm, losses and optimisers stay Float32.</summary>
/// <remarks>
/// <para>
/// <see cref="Enable"/> begins a scope, as PyTorch's <c>torch.autocast</c> does. In it, layers that are called by <see cref="CallMixed"/> convert
/// what they are given and their parameters, with graph: a gradient reaches the Float32 parameter in Float32. The encoders and
/// heads of this library call theirs so; a <c>ViewmakerNetwork</c> doesn't, and stays in Float32. Going backward needs no scope.
/// </para>
/// <para>
/// Encoders and heads return what they return otherwise, in the type of what they were given: between their layers is BFloat16, outside Float32. BFloat16
/// has Float32's range and 8 bits of precision, so that gradients need no scaling. Outside a scope everything is as it was, to the bit.
/// </para>
/// <para>
/// A scope belongs to the thread that began it. Scopes nest; the innermost counts, and ends first. There may be no <c>await</c> in one.
/// </para>
/// <para>Micikevicius et al., "Mixed Precision Training", 2017 (arXiv:1710.03740); Kalamkar et al., "A Study of BFLOAT16 for Deep Learning Training", 2019 (arXiv:1905.12322).</para>
/// </remarks>
public static class MixedPrecision
{
    [ThreadStatic]
    private static Scope? _innermost;

    [ThreadStatic]
    private static long _conversions;

    /// <summary>What layers compute in on this thread: BFloat16 in a scope, otherwise Float32.</summary>
    public static ScalarType Precision => _innermost?.Precision ?? ScalarType.Float32;

    /// <summary>How many tensors this thread has converted so far: whether it grows tells whether a module takes part.</summary>
    public static long Conversions => _conversions;

    /// <summary>Begins a scope.</summary>
    /// <param name="precision">BFloat16; or Float32 for a part of a scope that is to be computed as without it.</param>
    /// <returns>What ends the scope when it is disposed: on this thread, after the scopes within it. Disposing it again does nothing.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The precision is another. Float16 is none: its gradients underflow without a gradient scaler, which there isn't.
    /// </exception>
    /// <example><code>
    /// using (MixedPrecision.Enable(ScalarType.BFloat16))
    /// {
    ///     output = method.Compute(batch);
    /// }
    /// </code></example>
    public static IDisposable Enable(ScalarType precision)
    {
        if (precision is not (ScalarType.BFloat16 or ScalarType.Float32))
        {
            var reason = precision == ScalarType.Float16 ? ", whose gradients underflow without a gradient scaler" : "";
            throw new ArgumentOutOfRangeException(
                nameof(precision), precision, $"Expected `precision` to be BFloat16 or Float32, but got {precision}{reason}.");
        }

        return _innermost = new Scope(precision, _innermost);
    }

    /// <summary>Calls a layer, in the scope's precision if there is one.</summary>
    /// <remarks>
    /// <para>
    /// Without a scope this is <c>layer.call(input)</c>. In one, <c>Conv1d</c>, <c>Conv2d</c> and <c>Linear</c> take input and
    /// parameters in the scope's precision, and return it; a plain <c>Sequential</c> calls its modules so, one by one; <c>LayerNorm</c>
    /// and <c>GroupNorm</c> compute in Float32, and return the type of what they are given. Any other module is called as it
    /// is: batch norm, ReLU and pooling take either type, and a module of one's own may call its layers so in turn.
    /// </para>
    /// <para>In a scope, hooks that are registered on layers of the first three kinds are not run. What is neither Float32 nor BFloat16 is never converted.</para>
    /// </remarks>
    /// <param name="layer">The layer.</param>
    /// <param name="input">What it takes.</param>
    /// <returns>The layer's output. The caller owns it.</returns>
    /// <exception cref="NotSupportedException">In a scope, a convolution is of another kind, or pads with something else than zeros.</exception>
    /// <exception cref="ObjectDisposedException">In a scope, the input has been disposed.</exception>
    /// <example><code>using var map = conv1.CallMixed(images);</code></example>
    public static Tensor CallMixed(this nn.IModule<Tensor, Tensor> layer, Tensor input)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return Precision == ScalarType.Float32 ? layer.call(input) : MixedLayers.Call(layer, input);
    }

    /// <summary>A tensor in the scope's precision, with graph: for weights and inputs of a layer that is written by functions.</summary>
    /// <param name="tensor">Any tensor. What is not Float32 stays as it is.</param>
    /// <returns>It, converted if there is a scope; a handle of its own in any case. The caller owns it.</returns>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    /// <example><code>
    /// using var kernels = MixedPrecision.Cast(weight);
    /// using var inputs = MixedPrecision.Cast(images);
    /// return nn.functional.conv2d(inputs, kernels);
    /// </code></example>
    public static Tensor Cast(Tensor tensor)
    {
        Guard.Alive(tensor, nameof(tensor));
        var (type, precision) = (tensor.dtype, Precision);
        if (type != ScalarType.Float32 || precision == ScalarType.Float32)
        {
            return tensor.to(type);
        }

        _conversions++;
        return tensor.to(precision);
    }

    private sealed class Scope(ScalarType precision, Scope? outer) : IDisposable
    {
        private bool _isOver;

        public ScalarType Precision => precision;

        public void Dispose()
        {
            if (_isOver)
            {
                return;
            }

            if (_innermost != this)
            {
                throw new InvalidOperationException(
                    "Expected a scope of mixed precision to end on the thread that began it, after the scopes that began within it.");
            }

            (_innermost, _isOver) = (outer, true);
        }
    }
}
