using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Viewmaker;

/// <summary>The two-dimensional discrete cosine transform (DCT-II) over the last two axes, and its inverse.</summary>
/// <remarks>
/// <para>
/// Along each axis X_k = 2·Σ_n x_n·cos(πk(2n + 1)/2N), as scipy.fftpack and torch_dct have it: an image of ones becomes 4·H·W at
/// (0, 0). Orthonormal, X_k is multiplied by √(1/4N) for k = 0 and √(1/2N) otherwise, and lengths stay as they are.
/// </para>
/// <para>
/// Each axis is one matrix product with a basis that is computed in double precision, once per size, type and device, and kept
/// until this object is disposed. Not for several threads at a time.
/// </para>
/// </remarks>
/// <param name="orthonormal">Whether the transform keeps lengths. Default: no.</param>
/// <example><code>using var dct = new CosineTransform(); using var restored = dct.Invert(dct.Transform(images));</code></example>
public sealed class CosineTransform(bool orthonormal = false) : IDisposable
{
    private readonly Dictionary<(long Size, ScalarType Type, DeviceType Device, int Index, bool Inverse), Tensor> _bases = [];

    /// <summary>Whether the transform keeps lengths.</summary>
    public bool IsOrthonormal { get; } = orthonormal;

    /// <summary>The coefficients of images.</summary>
    /// <param name="images">[…, H, W], Float32 or Float64, none of the sizes 0.</param>
    /// <returns>[…, H, W], row k from vertical frequency k. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The tensor is not as described.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public Tensor Transform(Tensor images) => Along(images, nameof(images), inverse: false);

    /// <summary>The images that have given coefficients.</summary>
    /// <param name="coefficients">[…, H, W], Float32 or Float64, none of the sizes 0.</param>
    /// <returns>[…, H, W]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The tensor is not as described.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public Tensor Invert(Tensor coefficients) => Along(coefficients, nameof(coefficients), inverse: true);

    /// <summary>Disposes the bases.</summary>
    public void Dispose()
    {
        foreach (var basis in _bases.Values)
        {
            basis.Dispose();
        }

        _bases.Clear();
    }

    private Tensor Along(Tensor values, string name, bool inverse)
    {
        LpGuard.Real(values, name, "[..., H, W]");
        var shape = values.shape;
        using var scope = NewDisposeScope();
        var (rows, columns) = (Basis(values, shape[^2], inverse), Basis(values, shape[^1], inverse));

        // The basis on the right both times: on the left libtorch would multiply it by one small matrix after the other.
        var vertical = matmul(values.transpose(-2, -1), rows.t()).transpose(-2, -1);
        return matmul(vertical, columns.t()).MoveToOuterDisposeScope();
    }

    /// <summary>[N, N]: its product with a column transforms it.</summary>
    private Tensor Basis(Tensor like, long size, bool inverse)
    {
        var key = (size, like.dtype, like.device_type, like.device_index, inverse);
        if (!_bases.TryGetValue(key, out var basis))
        {
            using var noGradient = no_grad();
            basis = tensor(Values(checked((int)size), inverse), [size, size], like.dtype, like.device).DetachFromDisposeScope();
            _bases.Add(key, basis);
        }

        return basis;
    }

    private double[] Values(int size, bool inverse)
    {
        var values = new double[size * size];
        for (var k = 0; k < size; k++)
        {
            var forward = !IsOrthonormal ? 2 : Math.Sqrt((k == 0 ? 1.0 : 2.0) / size);
            var scale = !inverse || IsOrthonormal ? forward : (k == 0 ? 0.5 : 1.0) / size;
            for (var n = 0; n < size; n++)
            {
                // The angle within one turn: exact for any size.
                var angle = Math.PI * (k * ((2L * n) + 1) % (4L * size)) / (2.0 * size);
                values[inverse ? (n * size) + k : (k * size) + n] = scale * Math.Cos(angle);
            }
        }

        return values;
    }
}
