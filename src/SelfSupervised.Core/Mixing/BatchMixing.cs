using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Mixing;

/// <summary>Mixes each image of a batch with another of it, and says how their labels are to be mixed.</summary>
/// <remarks>
/// As views do, it first draws, then applies what was drawn. A draw is a function of the seed, the step and the size of the batch.
/// The loss of the mixed batch is λ·ℓ(f(x̃), y) + (1 − λ)·ℓ(f(x̃), y_π): <see cref="Loss"/>.
/// </remarks>
public abstract class BatchMixing
{
    private protected BatchMixing()
    {
    }

    /// <summary>Draws for a batch.</summary>
    /// <param name="seed">The run's seed; any.</param>
    /// <param name="step">The step, at least 0.</param>
    /// <param name="count">B, the number of images, at least 1.</param>
    /// <param name="shape">The shape of the images.</param>
    /// <returns>The draw.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The step is negative, or the count below 1.</exception>
    public MixDraw Draw(long seed, int step, int count, ImageShape shape)
    {
        ModuleGuard.AtLeast(step, 0, nameof(step));
        ModuleGuard.AtLeast(count, 1, nameof(count));
        var random = new CounterRandom(seed, RandomPurpose.Mixing, stream: 0, (uint)step);
        var partners = random.Permutation(count);
        return Draw(ref random, partners, shape);
    }

    /// <summary>Applies a draw.</summary>
    /// <param name="images">[B, C, H, W], Float32 or Float64, on any device; B and shape as drawn for.</param>
    /// <param name="draw">What was drawn.</param>
    /// <returns>x̃, [B, C, H, W]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">Images of another rank, type or number, or a box outside of them.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public static Tensor Apply(Tensor images, MixDraw draw)
    {
        ArgumentNullException.ThrowIfNull(draw);
        ViewGuard.Images(images, nameof(images));
        var shape = images.shape;
        var (top, left, height, width) = draw.Box;
        if (shape[0] != draw.Partners.Count || top < 0 || left < 0 || height < 0 || width < 0 || top + height > shape[2] || left + width > shape[3])
        {
            throw new ArgumentException(
                $"Expected `images` to be {draw.Partners.Count} that hold the box {draw.Box}, as was drawn for, but got {Guard.Text(shape)}.", nameof(images));
        }

        using var scope = NewDisposeScope();
        using var weight = draw.ImageWeight.ToScalar();
        using var rest = (1 - draw.ImageWeight).ToScalar();
        var partners = images.index_select(0, Places.Of(draw.Partners, images.device));
        var mixed = draw.ImageWeight == 1 ? images.clone() : images.mul(weight).add(partners, rest);
        if (height > 0 && width > 0)
        {
            mixed.narrow(2, top, height).narrow(3, left, width).copy_(partners.narrow(2, top, height).narrow(3, left, width));
        }

        return mixed.MoveToOuterDisposeScope();
    }

    /// <summary>The loss of a mixed batch.</summary>
    /// <param name="draw">What was drawn.</param>
    /// <param name="labels">[B, …], the labels of the batch as it was: indices, or anything that has a row per image.</param>
    /// <param name="loss">Gives the loss of the mixed images against given labels, with whatever reduction.</param>
    /// <returns>λ·loss(labels) + (1 − λ)·loss(labels of the partners). The caller owns it.</returns>
    /// <exception cref="ArgumentException">Another number of labels than was drawn for.</exception>
    /// <exception cref="ObjectDisposedException">The labels have been disposed.</exception>
    /// <example><code>using var value = BatchMixing.Loss(draw, labels, target => nn.functional.cross_entropy(logits, target));</code></example>
    public static Tensor Loss(MixDraw draw, Tensor labels, Func<Tensor, Tensor> loss)
    {
        ArgumentNullException.ThrowIfNull(draw);
        ArgumentNullException.ThrowIfNull(loss);
        Guard.Alive(labels, nameof(labels));
        var shape = labels.shape;
        if (shape.Length == 0 || shape[0] != draw.Partners.Count)
        {
            throw new ArgumentException($"Expected `labels` to have {draw.Partners.Count} rows, as was drawn for, but got {Guard.Text(shape)}.", nameof(labels));
        }

        using var scope = NewDisposeScope();
        using var weight = draw.LabelWeight.ToScalar();
        using var rest = (1 - draw.LabelWeight).ToScalar();
        var own = loss(labels);
        if (draw.LabelWeight == 1)
        {
            return own.MoveToOuterDisposeScope();
        }

        var partners = labels.index_select(0, Places.Of(draw.Partners, labels.device));
        return own.mul(weight).add(loss(partners), rest).MoveToOuterDisposeScope();
    }

    private protected abstract MixDraw Draw(ref CounterRandom random, int[] partners, ImageShape shape);
}
