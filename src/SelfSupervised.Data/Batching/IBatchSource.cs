namespace SelfSupervised.Data.Batching;

/// <summary>Gives a set's batches, epoch by epoch, in the order of a plan.</summary>
public interface IBatchSource
{
    /// <summary>Where the images are from.</summary>
    ImageSet ImageSet { get; }

    /// <summary>Which images make which batch.</summary>
    BatchPlan Plan { get; }

    /// <summary>The batches of an epoch. The same arguments give the same batches, however often and from any source.</summary>
    /// <param name="epoch">From 0 up.</param>
    /// <param name="firstBatch">
    /// The first batch to give, from 0 (default) to the plan's number of batches: where to go on after an interruption.
    /// </param>
    /// <returns>
    /// The batches in the plan's order, each read once it is asked for or shortly before. The caller owns them. To be
    /// enumerated on one thread; if it isn't to the end, dispose the enumerator, as <c>foreach</c> does.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">The epoch or the batch is out of range.</exception>
    IEnumerable<ImageBatch> Epoch(int epoch, int firstBatch = 0);
}
