using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>A method that first embeds images, each on its own, and then compares the embeddings of the whole batch.</summary>
/// <remarks>
/// <para>
/// Such a batch can be embedded in parts: <see cref="GradientCache"/> then gives the gradient of a batch that is far larger than memory has room for,
/// and <c>PretrainerOptions.MicroBatch</c> trains so. What a batch makes of an image may depend on the others through batch norm's statistics
/// only, which are then those of the part.
/// </para>
/// <para>
/// To make one of your own, derive a sealed class as from <see cref="PretrainingMethod"/>, and give <see cref="Embed"/>, <see cref="Compare"/> and
/// <see cref="ReplayedModules"/>.
/// </para>
/// </remarks>
/// <param name="name">The module's name.</param>
public abstract class SeparableMethod(string name) : PretrainingMethod(name)
{
    /// <summary>Whether it is one indeed; a method that is made of another is if the other is. Default yes.</summary>
    public virtual bool IsSeparable => true;

    /// <summary>What <see cref="Embed"/> calls with gradient. Their buffers, such as batch norm's statistics, move once where a part is embedded twice.</summary>
    protected internal abstract IEnumerable<nn.Module> ReplayedModules { get; }

    /// <summary>A player's loss on a batch: its images embedded, and compared.</summary>
    /// <param name="batch">B ≥ 1 images; on the device of the parameters.</param>
    /// <param name="player">The player, from 0 (default).</param>
    /// <returns>The loss, and what else is known. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The images are not what views or encoder take, or embeddings are not what is compared.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such player, or the step or an index is out of range.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public override MethodOutput Compute(PretrainingBatch batch, int player = 0)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ViewGuard.Place(player, Players.Count, nameof(player));
        using var scope = NewDisposeScope();
        var output = Compare(Embed(batch, player, trainedOnly: false), batch, player);
        scope.MoveToOuter([output.Loss, .. output.Embeddings, .. output.Metrics.Values]);
        return output;
    }

    /// <summary>Embeds the images of a batch, or of a part of one. Nothing else is changed by it than buffers.</summary>
    /// <remarks>What it draws at random is a function of the images' indices, the step and the pass, or is drawn from libtorch's own generators.</remarks>
    /// <param name="batch">The images.</param>
    /// <param name="player">The player, from 0.</param>
    /// <param name="trainedOnly">Whether only what has a gradient is asked for, as when a part is embedded again.</param>
    /// <returns>
    /// Tensors [B, ...], row n of each from image n: first, and made first, those with a gradient, and then, unless they are not asked for, those
    /// without, such as a momentum encoder's keys. The caller owns them.
    /// </returns>
    protected internal abstract IReadOnlyList<Tensor> Embed(PretrainingBatch batch, int player, bool trainedOnly);

    /// <summary>Compares the embeddings of a whole batch. What the method remembers of the batch, it takes up here.</summary>
    /// <param name="embeddings">What <see cref="Embed"/> made of the batch or, joined, of its parts. They stay the caller's.</param>
    /// <param name="batch">The whole batch.</param>
    /// <param name="player">The player, from 0.</param>
    /// <returns>As <see cref="Compute"/>. The caller owns it; none of it is one of the embeddings.</returns>
    protected internal abstract MethodOutput Compare(IReadOnlyList<Tensor> embeddings, PretrainingBatch batch, int player);
}
