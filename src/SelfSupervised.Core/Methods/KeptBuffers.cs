using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>Brings modules' buffers back to what they are now, when it is disposed.</summary>
internal sealed class KeptBuffers : IDisposable
{
    private readonly List<(Tensor Buffer, Tensor Value)> _buffers;

    public KeptBuffers(IReadOnlyList<nn.Module> modules) =>
        _buffers = [.. modules.SelectMany(module => module.named_buffers()).Select(entry => (entry.buffer, entry.buffer.detach().clone()))];

    public void Dispose()
    {
        using var noGradient = no_grad();
        foreach (var (buffer, value) in _buffers)
        {
            buffer.copy_(value);
            value.Dispose();
        }
    }
}
