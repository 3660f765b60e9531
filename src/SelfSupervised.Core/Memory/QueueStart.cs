namespace SelfSupervised.Core.Memory;

/// <summary>What a <see cref="KeyQueue"/> holds before anything was enqueued.</summary>
public enum QueueStart
{
    /// <summary>Nothing: it has as many keys as were enqueued. The default.</summary>
    Empty,

    /// <summary>
    /// Random unit keys, as MoCo's code: it is full from the start, and until real keys have taken their places the random ones are negatives of no
    /// image.
    /// </summary>
    Random,
}
