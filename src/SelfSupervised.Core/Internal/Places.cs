using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Internal;

/// <summary>Places in a batch, as the index that operators take.</summary>
internal static class Places
{
    /// <summary>Int64 [N] on a device, in the caller's scope.</summary>
    public static Tensor Of(IEnumerable<int> places, Device device) => tensor(places.Select(place => (long)place).ToArray(), device: device);

    /// <summary>Int64 [N], 0 to N − 1, on a device, in the caller's scope.</summary>
    public static Tensor UpTo(long count, Device device)
    {
        using var stop = count.ToScalar();
        return arange(Scalars.Zero, stop, Scalars.One, ScalarType.Int64, device);
    }
}
