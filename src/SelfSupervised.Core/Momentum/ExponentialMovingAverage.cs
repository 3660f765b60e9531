using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Momentum;

/// <summary>Moves the parameters of one module towards those of another, in place: MoCo's keys, mean teacher.</summary>
/// <remarks>
/// <code>θ' ← m·θ' + (1 − m)·θ</code>
/// <para>
/// One pass over the memory for Float32, no temporaries, no graph. n updates from a constant θ leave mⁿ of the first distance. He et al., 2019
/// (arXiv:1911.05722); Tarvainen and Valpola, 2017 (arXiv:1703.01780).
/// </para>
/// </remarks>
public static class ExponentialMovingAverage
{
    /// <summary>One update.</summary>
    /// <param name="average">θ', whose parameters are written.</param>
    /// <param name="online">θ, of the same names, shapes, types and devices. It is only read.</param>
    /// <param name="momentum">m, from 0 (a copy) to 1 (nothing changes).</param>
    /// <param name="buffers">What becomes of the buffers. Default: they stay as they are.</param>
    /// <exception cref="ArgumentException">The modules are one, or don't match.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The momentum or the policy is out of range.</exception>
    /// <example><code>ExponentialMovingAverage.Update(teacher, student, momentum: 0.999);</code></example>
    public static void Update(nn.Module average, nn.Module online, double momentum, BufferPolicy buffers = BufferPolicy.Own)
    {
        Check(average, online, buffers);
        ViewGuard.Share(momentum, nameof(momentum));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var mixing = new Mixing(momentum);
        foreach (var (old, fresh) in Pairs(average.named_parameters(), online.named_parameters()))
        {
            mixing.Apply(old, fresh);
        }

        if (buffers == BufferPolicy.Own)
        {
            return;
        }

        foreach (var (old, fresh) in Pairs(average.named_buffers(), online.named_buffers()))
        {
            if (buffers == BufferPolicy.Average && is_floating_point(old.dtype))
            {
                mixing.Apply(old, fresh);
            }
            else
            {
                old.copy_(fresh);
            }
        }
    }

    /// <summary>An exact copy of all parameters and buffers, as before the first update.</summary>
    /// <param name="average">What is written.</param>
    /// <param name="online">What is read: the same names, shapes and types, on any device.</param>
    /// <exception cref="ArgumentException">The modules are one, or don't match.</exception>
    public static void Copy(nn.Module average, nn.Module online)
    {
        Check(average, online, BufferPolicy.Copy);
        using var noGradient = no_grad();
        foreach (var (old, fresh) in Pairs(average.named_parameters(), online.named_parameters(), anyDevice: true)
            .Concat(Pairs(average.named_buffers(), online.named_buffers(), anyDevice: true)))
        {
            old.copy_(fresh);
        }
    }

    private static void Check(nn.Module average, nn.Module online, BufferPolicy buffers)
    {
        ArgumentNullException.ThrowIfNull(average);
        ArgumentNullException.ThrowIfNull(online);
        ViewGuard.Defined(buffers, nameof(buffers));
        if (ReferenceEquals(average, online))
        {
            throw new ArgumentException("Expected `average` and `online` to be two modules, but they are one.", nameof(average));
        }
    }

    // All are compared before the first is written.
    private static List<(Tensor Old, Tensor Fresh)> Pairs<T>(
        IEnumerable<(string Name, T Tensor)> average, IEnumerable<(string Name, T Tensor)> online, bool anyDevice = false)
        where T : Tensor
    {
        var (old, fresh) = (average.ToList(), online.ToList());
        if (old.Count != fresh.Count)
        {
            throw new ArgumentException($"Expected `average` to have the {fresh.Count} tensors of `online`, but it has {old.Count}.", nameof(average));
        }

        foreach (var ((name, one), (otherName, other)) in old.Zip(fresh))
        {
            if (name != otherName)
            {
                throw new ArgumentException($"Expected `average` to have `{otherName}` like `online`, but it has `{name}` there.", nameof(average));
            }

            Guard.SameShape(one, name, other, "online's");
            if (one.dtype != other.dtype)
            {
                throw new ArgumentException($"Expected `{name}` to be {other.dtype} like `online`'s, but got {one.dtype}.", nameof(average));
            }

            if (!anyDevice)
            {
                Guard.SameDevice(one, name, other, "online's");
            }
        }

        return [.. old.Zip(fresh, (one, other) => ((Tensor)one.Tensor, (Tensor)other.Tensor))];
    }

    // Of one update.
    private sealed class Mixing(double momentum) : IDisposable
    {
        private readonly Scalar _old = momentum.ToScalar();
        private readonly Scalar _fresh = (1 - momentum).ToScalar();
        private readonly Dictionary<(DeviceType, int), Tensor> _ones = [];

        // An outer product with 1: the one operator that scales both sides and adds them in a single pass.
        public void Apply(Tensor old, Tensor fresh)
        {
            if (old.dtype != ScalarType.Float32 || !old.is_contiguous() || !fresh.is_contiguous())
            {
                old.mul_(_old).add_(fresh, _fresh);
                return;
            }

            using var column = old.view(-1, 1);
            using var vector = fresh.view(-1);
            column.addr_(vector, One(old), (float)momentum, (float)(1 - momentum));
        }

        public void Dispose()
        {
            _old.Dispose();
            _fresh.Dispose();
        }

        private Tensor One(Tensor like)
        {
            var place = (like.device_type, like.device_index);
            if (!_ones.TryGetValue(place, out var one))
            {
                _ones[place] = one = ones(1, device: like.device);
            }

            return one;
        }
    }
}
