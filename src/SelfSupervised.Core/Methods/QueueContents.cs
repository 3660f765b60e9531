namespace SelfSupervised.Core.Methods;

/// <summary>Which of an image's keys enter the queue of a space that belongs to an augmentation. The queue of space 0 takes k₀ alone.</summary>
/// <remarks>The formula of LooC's paper sums over the keys of other images without saying which; the three are what can be meant.</remarks>
public enum QueueContents
{
    /// <summary>All n + 1 keys, in the space's projection: the formula read literally, and the default. A queue of K holds K/(n + 1) images.</summary>
    AllViews,

    /// <summary>kᵢ, the positive of space i: what MoCo does, in each space.</summary>
    OwnView,

    /// <summary>k₀ in every space.</summary>
    K0Only,
}
