using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary>Masks of candidates that are no true negatives: the same source image twice in a batch, bank or queue.</summary>
public static class FalseNegatives
{
    /// <summary>The mask for a batch in which rows that share an identifier are not each other's negatives.</summary>
    /// <param name="sampleIds">Int64 [N], one identifier per image of the batch.</param>
    /// <param name="views">V ≥ 1: 2 (default) or more for <see cref="NTXent"/>, 1 for the in-batch <see cref="InfoNCE"/>.</param>
    /// <returns>
    /// Bool [VN, VN] on the identifiers' device, view after view: true where two different images of the batch share an
    /// identifier, false between views of one image. The caller owns it.
    /// </returns>
    /// <exception cref="ArgumentException">The identifiers are not Int64 [N] with N ≥ 1.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="views"/> is below 1.</exception>
    /// <exception cref="ObjectDisposedException">The identifiers have been disposed.</exception>
    public static Tensor WithinBatch(Tensor sampleIds, int views = 2)
    {
        Guard.Identifiers(sampleIds, nameof(sampleIds));
        ArgumentOutOfRangeException.ThrowIfLessThan(views, 1);
        using var scope = NewDisposeScope();
        var shared = Same(sampleIds, sampleIds);
        shared.diagonal().zero_();
        return shared.repeat(views, views).MoveToOuterDisposeScope();
    }

    /// <summary>The mask for candidates from elsewhere, for <see cref="InfoNCE.LossAgainst"/>.</summary>
    /// <param name="sampleIds">Int64 [N], one identifier per query.</param>
    /// <param name="candidateIds">Int64 [K], one identifier per candidate, on the same device.</param>
    /// <returns>Bool [N, K]: true where query and candidate share an identifier. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The identifiers are not Int64 vectors on one device, or one is empty.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor Among(Tensor sampleIds, Tensor candidateIds)
    {
        Guard.Identifiers(sampleIds, nameof(sampleIds));
        Guard.Identifiers(candidateIds, nameof(candidateIds));
        Guard.SameDevice(candidateIds, nameof(candidateIds), sampleIds, nameof(sampleIds));
        using var scope = NewDisposeScope();
        return Same(sampleIds, candidateIds).MoveToOuterDisposeScope();
    }

    /// <summary>Throws if a [VN, VN] mask hides one view of an image from another.</summary>
    internal static void CheckPositives(Tensor? falseNegatives, long views, long images)
    {
        if (falseNegatives is null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        // pairs[v, w]: is an image hidden in view w from itself in view v? With one view, that is its key.
        var pairs = falseNegatives.reshape(views, images, views, images).diagonal(0, 1, 3).any(2);
        if (views > 1)
        {
            pairs.diagonal().zero_();
        }

        if (pairs.any().cpu().item<bool>())
        {
            throw new ArgumentException(
                "Expected `falseNegatives` to be false for every positive pair, but it hides at least one.");
        }
    }

    private static Tensor Same(Tensor rows, Tensor columns) => rows.unsqueeze(1).eq(columns.unsqueeze(0));
}
