using SelfSupervised.Core;
using SelfSupervised.Core.Methods;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Pretraining;

/// <summary>Computes in a run's precision, and makes sure the first time that the encoder takes part in it.</summary>
internal sealed class StepPrecision(PretrainingMethod method, ScalarType precision)
{
    private bool _isKnown = precision == ScalarType.Float32;

    /// <summary>What the function gives, in the precision.</summary>
    /// <exception cref="InvalidOperationException">The encoder, or if it wasn't called the whole function, computed nothing in the precision.</exception>
    public T Compute<T>(Func<T> function)
    {
        using var scope = MixedPrecision.Enable(precision);
        if (_isKnown)
        {
            return function();
        }

        var result = Watch(function, out var takesPart);
        if (!takesPart)
        {
            throw new InvalidOperationException(
                $"Expected the encoder of {method.GetName()} to compute in {precision}, but none of its layers did: call them by CallMixed, or train in Float32.");
        }

        _isKnown = true;
        return result;
    }

    private T Watch<T>(Func<T> function, out bool takesPart)
    {
        var (start, entry, isCalled, isMixed) = (MixedPrecision.Conversions, 0L, false, false);
        var before = method.Encoder.register_forward_pre_hook(_ => entry = MixedPrecision.Conversions);
        var after = method.Encoder.register_forward_hook(_ => (isCalled, isMixed) = (true, isMixed || MixedPrecision.Conversions > entry));
        try
        {
            var result = function();
            takesPart = isCalled ? isMixed : MixedPrecision.Conversions > start;
            return result;
        }
        finally
        {
            before.remove();
            after.remove();
        }
    }
}
