using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Batching;

/// <summary>Reads each batch when it is asked for, on the thread that asks: for images in memory.</summary>
public sealed class BatchSource : IBatchSource
{
    /// <summary>Creates a source.</summary>
    /// <param name="set">Where the images are from.</param>
    /// <param name="plan">Which images make which batch; made for as many images as the set has.</param>
    /// <exception cref="ArgumentException">The plan is for another number of images.</exception>
    public BatchSource(ImageSet set, BatchPlan plan)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(plan);
        Guard.Length(plan.Count, set.Count, nameof(plan));
        (ImageSet, Plan) = (set, plan);
    }

    /// <inheritdoc/>
    public ImageSet ImageSet { get; }

    /// <inheritdoc/>
    public BatchPlan Plan { get; }

    /// <inheritdoc/>
    public IEnumerable<ImageBatch> Epoch(int epoch, int firstBatch = 0) =>
        Plan.Batches(epoch, firstBatch).Select(indices => ImageSet.Batch(indices.Span));
}
