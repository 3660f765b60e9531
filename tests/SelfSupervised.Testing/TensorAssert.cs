using System.Globalization;
using TorchSharp;
using Xunit.Sdk;
using static TorchSharp.torch;

namespace SelfSupervised.Testing;

/// <summary>The one way in which tests compare tensors.</summary>
/// <remarks>
/// An element passes if |actual − expected| ≤ atol + rtol·|expected|. NaN never passes; infinities must be equal. Unless
/// given, the tolerances follow the actual tensor's type: Float64 1e-12 + 1e-9·|expected|, Float32 1e-6 + 1e-5·|expected|,
/// Float16 and BFloat16 1e-2 + 1e-2·|expected|; whole numbers and Booleans must be equal.
/// </remarks>
public static class TensorAssert
{
    /// <summary>Same shape, same type, values within tolerance.</summary>
    public static void Close(Tensor actual, Tensor expected, double? atol = null, double? rtol = null)
    {
        if (actual.dtype != expected.dtype)
        {
            throw new XunitException($"Expected a {expected.dtype} tensor, but got {actual.dtype}.");
        }

        Compare(actual, expected.shape, Values(expected), atol, rtol);
    }

    /// <summary>A tensor of the given shape, holding the given values in row-major order, within tolerance.</summary>
    public static void Close(Tensor actual, double[] expected, long[] shape, double? atol = null, double? rtol = null) =>
        Compare(actual, shape, expected, atol, rtol);

    /// <summary>A scalar within tolerance.</summary>
    public static void Close(Tensor actual, double expected, double? atol = null, double? rtol = null) =>
        Compare(actual, [], [expected], atol, rtol);

    /// <summary>Same shape, type and bits (NaN apart): nothing is rounded.</summary>
    public static void Same(Tensor actual, Tensor expected) => Close(actual, expected, atol: 0, rtol: 0);

    /// <summary>No NaN and no infinity.</summary>
    public static void Finite(Tensor actual)
    {
        var values = Values(actual);
        var bad = Array.FindIndex(values, value => !double.IsFinite(value));
        if (bad >= 0)
        {
            throw new XunitException($"Expected only finite values, but {At(bad, actual.shape)} is {values[bad]}.");
        }
    }

    /// <summary>A tensor's values in row-major order, as doubles.</summary>
    public static double[] Values(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var data = tensor.detach().cpu().to(ScalarType.Float64).contiguous().data<double>();
        return data.ToArray();
    }

    private static void Compare(Tensor actual, long[] shape, double[] expected, double? atol, double? rtol)
    {
        if (!actual.shape.SequenceEqual(shape))
        {
            throw new XunitException($"Expected shape [{string.Join(", ", shape)}], but got [{string.Join(", ", actual.shape)}].");
        }

        var (defaultAtol, defaultRtol) = Tolerance(actual.dtype);
        var (absolute, relative) = (atol ?? defaultAtol, rtol ?? defaultRtol);
        var values = Values(actual);
        var (worst, worstExcess, wrong) = (-1, 0.0, 0);
        for (var i = 0; i < values.Length; i++)
        {
            var excess = values[i].Equals(expected[i]) && !double.IsNaN(values[i])
                ? 0
                : Math.Abs(values[i] - expected[i]) - (absolute + (relative * Math.Abs(expected[i])));
            if (!(excess <= 0))
            {
                wrong++;
                if (worst < 0 || double.IsNaN(excess) || excess > worstExcess)
                {
                    (worst, worstExcess) = (i, excess);
                }
            }
        }

        if (wrong > 0)
        {
            throw new XunitException(string.Create(
                CultureInfo.InvariantCulture,
                $"{wrong} of {values.Length} elements differ beyond {absolute:G3} + {relative:G3}·|expected|; worst {At(worst, shape)}: expected {expected[worst]:G17}, but got {values[worst]:G17}."));
        }
    }

    private static (double Atol, double Rtol) Tolerance(ScalarType type) => type switch
    {
        ScalarType.Float64 => (1e-12, 1e-9),
        ScalarType.Float32 => (1e-6, 1e-5),
        ScalarType.Float16 or ScalarType.BFloat16 => (1e-2, 1e-2),
        _ => (0, 0),
    };

    private static string At(long element, long[] shape)
    {
        var index = new long[shape.Length];
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            (element, index[dimension]) = (element / shape[dimension], element % shape[dimension]);
        }

        return $"[{string.Join(", ", index)}]";
    }
}
