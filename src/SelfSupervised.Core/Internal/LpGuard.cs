using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Internal;

/// <summary>The checks at the door of Lp geometry.</summary>
internal static class LpGuard
{
    /// <summary>Samples: [B, …], none of the sizes 0, Float32 or Float64.</summary>
    public static void Samples(Tensor? tensor, string name) => Real(tensor, name, "[B, ...]");

    /// <summary>Of at least two dimensions, none of them 0, Float32 or Float64.</summary>
    public static void Real(Tensor? tensor, string name, string expected)
    {
        Guard.Alive(tensor, name);
        var shape = tensor!.shape;
        if (shape.Length < 2 || shape.Contains(0))
        {
            throw new ArgumentException($"Expected `{name}` to have shape {expected}, none of the sizes 0, but got {Guard.Text(shape)}.", name);
        }

        if (tensor.dtype is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException($"Expected `{name}` to be Float32 or Float64, but got {tensor.dtype}.", name);
        }
    }

    /// <summary>Two batches of samples that can be subtracted.</summary>
    public static void Pair(Tensor? x, Tensor? z)
    {
        Samples(x, nameof(x));
        Samples(z, nameof(z));
        Guard.SameShape(z!, nameof(z), x!, nameof(x));
        Guard.SameDevice(z!, nameof(z), x!, nameof(x));
        if (z!.dtype != x!.dtype)
        {
            throw new ArgumentException($"Expected `z` to be {x.dtype} like `x`, but got {z.dtype}.", nameof(z));
        }
    }

    /// <summary>The order of a norm: 0, at least 1, or infinite.</summary>
    public static void Order(double p, string name)
    {
        if (p != 0 && !(p >= 1))
        {
            throw new ArgumentOutOfRangeException(name, p, $"Expected `{name}` to be 0, at least 1, or infinite, but got {p}.");
        }
    }

    /// <summary>The order of a norm onto whose ball there is a projection.</summary>
    public static void ProjectionOrder(double p, string name)
    {
        if (p is not (0 or 1 or 2 or double.PositiveInfinity))
        {
            throw new ArgumentOutOfRangeException(name, p, $"Expected `{name}` to be 0, 1, 2 or infinite for a projection, but got {p}.");
        }
    }

    /// <summary>A radius: finite and above 0; with p = 0, which counts elements, at least 1.</summary>
    public static void Radius(double radius, double p, string name)
    {
        Guard.Positive(radius, name);
        if (p == 0 && radius < 1)
        {
            throw new ArgumentOutOfRangeException(name, radius, $"Expected `{name}` to be at least 1 element for p = 0, but got {radius}.");
        }
    }
}
