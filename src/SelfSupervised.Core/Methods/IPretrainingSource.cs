namespace SelfSupervised.Core.Methods;

/// <summary>Where a trainer takes batches from: epoch after epoch, each in an order of its own that is the same each time.</summary>
public interface IPretrainingSource
{
    /// <summary>The number of batches of every epoch, at least 1.</summary>
    int BatchesPerEpoch { get; }

    /// <summary>The batches of an epoch. The same arguments give the same batches, bit for bit.</summary>
    /// <param name="epoch">From 0 up.</param>
    /// <param name="firstBatch">The first batch to give, from 0 up: where to go on after an interruption.</param>
    /// <returns>
    /// The batches. Tensors are made when a batch is asked for, on the thread and in the dispose scope of whoever asks, who owns
    /// them. <see cref="PretrainingBatch.Step"/> is whoever asks's to set.
    /// </returns>
    IEnumerable<PretrainingBatch> Epoch(int epoch, int firstBatch = 0);
}
