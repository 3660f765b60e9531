using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Optimizers;

/// <summary>One buffer per type and device, as long as the largest tensor yet, in which a step works on one tensor at a time.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly Dictionary<(ScalarType Type, DeviceType Device, int Index), Tensor> _buffers = [];

    /// <summary>A copy that is valid until the next one. The caller's scope takes the view, not the memory.</summary>
    public Tensor CopyOf(Tensor source)
    {
        var size = source.numel();
        var key = (source.dtype, source.device_type, source.device_index);
        if (!_buffers.TryGetValue(key, out var buffer) || buffer.numel() < size)
        {
            buffer?.Dispose();
            buffer = empty([size], source.dtype, source.device).DetachFromDisposeScope();
            _buffers[key] = buffer;
        }

        var copy = buffer.narrow(0, 0, size).view(source.shape);
        copy.copy_(source);
        return copy;
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers.Values)
        {
            buffer.Dispose();
        }

        _buffers.Clear();
    }
}
