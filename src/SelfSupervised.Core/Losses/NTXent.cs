using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses.Tiled;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary>
/// The normalised temperature-scaled cross-entropy of SimCLR as pure functions, for two or more views of each image.
/// </summary>
/// <remarks>
/// <para>
/// V views of N images make VN rows z_i; image n in view v is row vN + n. With u_i = z_i / max(‖z_i‖, 1e-12),
/// s_ik = u_i·u_k / τ and P(i) the V−1 other views of row i's image, an anchor's loss is the mean over its positives
/// </para>
/// <code>ℓ_i = 1/(V−1) Σ_{p∈P(i)} [ −s_ip + log Σ_{k≠i} exp(s_ik) ]</code>
/// <para>
/// The denominator holds every row but the anchor itself: all positives and, unless masked, all rows of other images.
/// With V = 2 this is NT-Xent as published; with more views it is the supervised contrastive loss (its L_out) in which
/// the image is the class. When all rows are equal the value is log(VN − 1) at any temperature.
/// </para>
/// <para>
/// Embeddings may be Float16, BFloat16, Float32 or Float64; the arithmetic and the result are Float32, or Float64 if an
/// input is. The [VN, VN] matrix of similarities is never held: it is worked through in tiles, for the gradient too.
/// </para>
/// <para>
/// Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations", 2020 (arXiv:2002.05709);
/// Khosla et al., "Supervised Contrastive Learning", 2020 (arXiv:2004.11362). The value is the paper's mean over the
/// anchors; the released TensorFlow code adds the two views' means, which is twice that.
/// </para>
/// </remarks>
public static class NTXent
{
    /// <summary>The loss over all anchors of all views.</summary>
    /// <param name="views">
    /// At least two embeddings of the same images, each [N, D] with the images in the same order, N ≥ 1. They share
    /// shape and device. With N = 1 there are no negatives: the loss of two views is then 0.
    /// </param>
    /// <param name="temperature">
    /// τ, finite and above 0. Default 0.5 (SimCLR on CIFAR-10); SimCLR on ImageNet uses 0.1.
    /// </param>
    /// <param name="falseNegatives">
    /// Bool [VN, VN] on the embeddings' device, or null for none: where (i, k) is true, row k is left out of anchor i's
    /// denominator. It must be false for positives; its diagonal is not read. <see cref="FalseNegatives"/> makes one.
    /// </param>
    /// <param name="reduction">
    /// Mean (default) or Sum over the VN anchors; None gives each anchor's loss, view after view.
    /// </param>
    /// <param name="checkValues">
    /// Whether to look for NaN, infinity and hidden positives (default). It reads the inputs once and waits for a GPU.
    /// Without it, such input gives a meaningless loss.
    /// </param>
    /// <returns>A scalar, or [VN] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// Fewer than two views; a view or the mask has another rank, shape, type or device than described above; or, with
    /// <paramref name="checkValues"/>, a view is not finite or the mask hides a positive.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature or the reduction is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>using var loss = NTXent.Loss([head.call(viewA), head.call(viewB)], temperature: 0.5);</code></example>
    public static Tensor Loss(
        IReadOnlyList<Tensor> views,
        double temperature = 0.5,
        Tensor? falseNegatives = null,
        nn.Reduction reduction = nn.Reduction.Mean,
        bool checkValues = true)
    {
        Guard.Positive(temperature, nameof(temperature));
        CheckViews(views, falseNegatives, checkValues);
        return InTiles(views, temperature, falseNegatives, reduction, Tiling.For(views[0]));
    }

    /// <summary>The loss of checked arguments, in tiles of a given size.</summary>
    internal static Tensor InTiles(
        IReadOnlyList<Tensor> views, double temperature, Tensor? falseNegatives, nn.Reduction reduction, Tiling tiling)
    {
        using var scope = NewDisposeScope();
        var (images, precision) = (views[0].shape[0], Similarity.Precision(views));
        var plan = PairPlan.OfViews(views.Count, images, temperature, precision, falseNegatives is not null, tiling)
            .Mirroring(falseNegatives);
        var loss = PairLoss.Of(plan, falseNegatives, views.Select(view => view.to(precision)).ToArray());
        return Similarity.Reduce(loss, reduction).MoveToOuterDisposeScope();
    }

    /// <summary>Contrastive accuracy: the share of anchors whose most similar candidate is a view of their own image.</summary>
    /// <remarks>
    /// The top-1 accuracy that SimCLR reports while it trains. It has no gradient; ties are broken arbitrarily, so it
    /// says nothing of a collapsed encoder. Reading it from a GPU waits for the GPU: do so once in a while.
    /// </remarks>
    /// <param name="views">As in <see cref="Loss"/>.</param>
    /// <param name="falseNegatives">As in <see cref="Loss"/>: a masked row is no candidate.</param>
    /// <param name="checkValues">As in <see cref="Loss"/>.</param>
    /// <returns>A Float32 scalar in [0, 1]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor Accuracy(IReadOnlyList<Tensor> views, Tensor? falseNegatives = null, bool checkValues = true)
    {
        CheckViews(views, falseNegatives, checkValues);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var images = views[0].shape[0];
        using var perView = images.ToScalar();
        var precision = Similarity.Precision(views);
        var unit = Similarity.Unit(cat(views.Select(view => view.to(precision)).ToArray()), precision);
        var plan = PairPlan.OfViews(
            views.Count, images, temperature: 1, precision, falseNegatives is not null, Tiling.For(unit));
        using var scores = new PairScores(plan, unit, unit, falseNegatives);

        var image = Places.UpTo(images, unit.device);
        var nearest = scores.Nearest().remainder(perView).view(views.Count, -1);
        return nearest.eq(image).to(ScalarType.Float32).mean().MoveToOuterDisposeScope();
    }

    private static void CheckViews(IReadOnlyList<Tensor> views, Tensor? falseNegatives, bool checkValues)
    {
        ArgumentNullException.ThrowIfNull(views);
        if (views.Count < 2)
        {
            throw new ArgumentException($"Expected `views` to hold at least 2 tensors, but got {views.Count}.");
        }

        var named = views.Select((view, index) => (Tensor: view, Name: $"views[{index}]")).ToArray();
        foreach (var (view, name) in named)
        {
            Guard.Embeddings(view, name);
            Guard.SameShape(view, name, views[0], "views[0]");
            Guard.SameDevice(view, name, views[0], "views[0]");
        }

        var images = views[0].shape[0];
        if (falseNegatives is not null)
        {
            var rows = views.Count * images;
            Guard.Mask(falseNegatives, nameof(falseNegatives), rows, rows, views[0], "views[0]");
        }

        if (checkValues)
        {
            Guard.Finite(named);
            FalseNegatives.CheckPositives(falseNegatives, views.Count, images);
        }
    }
}
