using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>What makes the views of a batch that a method asks for: a <see cref="ViewPlan"/>, or a network that has learnt to.</summary>
public interface IViews
{
    /// <summary>V, the number of views of each image, at least 1.</summary>
    int Count { get; }

    /// <summary>Makes all views of a batch. The same arguments, and the same network, give the same views.</summary>
    /// <param name="images">[B, C, H, W], Byte or Float32 in [0, 1].</param>
    /// <param name="seed">The run's seed; any.</param>
    /// <param name="step">The epoch or the step, at least 0.</param>
    /// <param name="indices">One per image: its index in its set, at least 0.</param>
    /// <param name="pass">The number of updates that this batch has served before, at least 0, for what is drawn anew for each. Default 0.</param>
    /// <returns>V tensors [B, C', H', W']. The caller owns them.</returns>
    IReadOnlyList<Tensor> Make(Tensor images, long seed, int step, ReadOnlySpan<int> indices, int pass = 0);
}
