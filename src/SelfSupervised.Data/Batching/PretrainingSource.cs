using SelfSupervised.Core.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Data.Batching;

/// <summary>A set's batches for a trainer: images as bytes on a device, and their indices.</summary>
public sealed class PretrainingSource : IPretrainingSource
{
    private readonly IBatchSource _source;
    private readonly Device _device;

    /// <summary>Creates a source around another.</summary>
    /// <param name="source">Gives the batches.</param>
    /// <param name="device">Where the images are to be. Default: the CPU.</param>
    public PretrainingSource(IBatchSource source, Device? device = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        (_source, _device) = (source, device ?? CPU);
    }

    /// <inheritdoc/>
    public int BatchesPerEpoch => _source.Plan.BatchesPerEpoch;

    /// <inheritdoc/>
    public IEnumerable<PretrainingBatch> Epoch(int epoch, int firstBatch = 0)
    {
        foreach (var batch in _source.Epoch(epoch, firstBatch))
        {
            using (batch)
            {
                yield return new PretrainingBatch(batch.ToBytes(_device), batch.Indices.ToArray());
            }
        }
    }
}
