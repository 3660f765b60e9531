using SelfSupervised.Data.Internal;

namespace SelfSupervised.Data.Batching;

/// <summary>Reads batches ahead, on background threads: for images that are rendered, decoded or on a slow disk.</summary>
/// <remarks>
/// <para>
/// The batches and their order are those of <see cref="BatchSource"/>, whatever the number of workers. Workers are threads
/// of the pool and only make bytes; tensors are made by whoever takes a batch, on that thread.
/// </para>
/// <para>
/// At most <see cref="LookAhead"/> batches are held or being read besides the one that was taken last. An error of a
/// worker is thrown where its batch would have been taken, and ends the epoch. Disposing the enumerator, as leaving a
/// <c>foreach</c> does, waits for the batches being read, starts no more, and frees what was read.
/// </para>
/// </remarks>
public sealed class PrefetchingBatchSource : IBatchSource
{
    /// <summary>Creates a source.</summary>
    /// <param name="set">Where the images are from.</param>
    /// <param name="plan">Which images make which batch; made for as many images as the set has.</param>
    /// <param name="workers">How many batches are read at the same time, at least 1. Default 2.</param>
    /// <param name="lookAhead">How many batches are read ahead, at least 1. Default 4.</param>
    /// <exception cref="ArgumentException">The plan is for another number of images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A count is below 1.</exception>
    public PrefetchingBatchSource(ImageSet set, BatchPlan plan, int workers = 2, int lookAhead = 4)
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(plan);
        Guard.Length(plan.Count, set.Count, nameof(plan));
        Guard.AtLeast(workers, 1, nameof(workers));
        Guard.AtLeast(lookAhead, 1, nameof(lookAhead));
        (ImageSet, Plan, Workers, LookAhead) = (set, plan, workers, lookAhead);
    }

    /// <inheritdoc/>
    public ImageSet ImageSet { get; }

    /// <inheritdoc/>
    public BatchPlan Plan { get; }

    /// <summary>How many batches are read at the same time.</summary>
    public int Workers { get; }

    /// <summary>How many batches are read ahead.</summary>
    public int LookAhead { get; }

    /// <inheritdoc/>
    public IEnumerable<ImageBatch> Epoch(int epoch, int firstBatch = 0) => ReadAhead(Plan.Batches(epoch, firstBatch));

    private IEnumerable<ImageBatch> ReadAhead(IReadOnlyList<ReadOnlyMemory<int>> batches)
    {
        using var stop = new CancellationTokenSource();
        var workers = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, Workers).ConcurrentScheduler;
        var ahead = new Queue<Task<ImageBatch>>();
        try
        {
            var next = 0;
            do
            {
                for (; next < batches.Count && ahead.Count <= LookAhead; next++)
                {
                    var indices = batches[next];
                    ahead.Enqueue(Task.Factory.StartNew(
                        () => ImageSet.Batch(indices.Span), stop.Token, TaskCreationOptions.DenyChildAttach, workers));
                }

                if (ahead.TryDequeue(out var first))
                {
                    yield return first.GetAwaiter().GetResult();
                }
            }
            while (ahead.Count > 0);
        }
        finally
        {
            stop.Cancel();
            foreach (var task in ahead)
            {
                Discard(task);
            }
        }
    }

    // The batch will be asked for by nobody, so neither will its error.
    private static void Discard(Task<ImageBatch> task)
    {
        ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        if (task.IsCompletedSuccessfully)
        {
            task.Result.Dispose();
        }
    }
}
