using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Internal;

/// <summary>The checks at the door of attacks, and of what their losses give.</summary>
internal static class AttackGuard
{
    /// <summary>The order of a norm that an attack knows how to ascend in.</summary>
    public static void Order(double p, string name)
    {
        if (p is not (1 or 2 or double.PositiveInfinity))
        {
            throw new ArgumentOutOfRangeException(name, p, $"Expected `{name}` to be 1, 2 or infinite, but got {p}.");
        }
    }

    /// <summary>Two finite numbers, the lower first, or none.</summary>
    public static void Range((double Low, double High)? range, string name)
    {
        if (range is var (low, high) && !(low < high && double.IsFinite(low) && double.IsFinite(high)))
        {
            throw new ArgumentOutOfRangeException(name, range, $"Expected `{name}` to be two finite numbers, the lower first, but got {range}.");
        }
    }

    /// <summary>Samples, and with a look at the values, finite ones within the range: what is clamped to it later then only comes nearer.</summary>
    public static void Inputs(Tensor? inputs, string name, (double Low, double High)? range, bool checkValues)
    {
        LpGuard.Samples(inputs, name);
        if (!checkValues)
        {
            return;
        }

        Guard.Finite((inputs!, name));
        if (range is var (low, high))
        {
            using var scope = NewDisposeScope();
            using var noGradient = no_grad();
            using var smallest = low.ToScalar();
            using var largest = high.ToScalar();
            var inside = inputs!.min().ge(smallest).logical_and(inputs.max().le(largest));
            if (!inside.cpu().item<bool>())
            {
                throw new ArgumentException($"Expected `{name}` to be within {range}, but some values are outside.", name);
            }
        }
    }

    /// <summary>An index for each sample, or none at all.</summary>
    public static void Indices(ReadOnlySpan<int> indices, long samples, string name)
    {
        if (!indices.IsEmpty && indices.Length != samples)
        {
            throw new ArgumentException($"Expected `{name}` to hold {samples} indices, one for each sample, or none, but got {indices.Length}.", name);
        }

        foreach (var index in indices)
        {
            ModuleGuard.AtLeast(index, 0, name);
        }
    }

    /// <summary>What a loss function gave: a scalar or [B], with a gradient.</summary>
    public static void Loss(Tensor? value, long samples)
    {
        if (value is null)
        {
            throw new ArgumentException("Expected `loss` to give a tensor, but got null.");
        }

        var shape = value.shape;
        if (shape.Length != 0 && !shape.AsSpan().SequenceEqual([samples]))
        {
            throw new ArgumentException($"Expected `loss` to give a scalar or [{samples}], a number for each sample, but got {Guard.Text(shape)}.");
        }

        if (!value.requires_grad)
        {
            throw new ArgumentException("Expected `loss` to depend on what it is given, but what it gives requires no gradient: it was detached, or made without one.");
        }
    }
}
