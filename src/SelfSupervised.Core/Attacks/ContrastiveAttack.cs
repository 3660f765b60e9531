using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Attacks;

/// <summary>An attack without labels: it makes an encoder take a view for one of another image.</summary>
/// <remarks>
/// <para>
/// <see cref="ProjectedGradientDescent"/> on <see cref="NTXent"/> between a view and the other view of the same images, with the rest of the batch
/// as negatives: the view is attacked, the other stays, and is embedded once.
/// </para>
/// <para>
/// Where the embeddings depend on the batch, as with batch norm in training mode, each view is by itself a batch; the released code attacks in
/// evaluation mode, and so should you. Kim, Tack and Hwang, "Adversarial Self-Supervised Contrastive Learning", NeurIPS 2020 (arXiv:2006.07589);
/// Kim-Minseon/RoCL, src/attack_lib.py, whose loss has its gradient through the anchors only, while this one has all of it.
/// </para>
/// </remarks>
public static class ContrastiveAttack
{
    /// <summary>Attacks a view of each image.</summary>
    /// <param name="view">t(x), [B, …], B ≥ 2 as there are no negatives otherwise, Float32 or Float64.</param>
    /// <param name="other">t′(x), another view of the same B images in the same order, on the same device.</param>
    /// <param name="embed">From views to their embeddings, [B, D]: an encoder with its head. Called once for the other view, and once per step.</param>
    /// <param name="settings">The attack. Default: <see cref="RoCL.Attack"/>.</param>
    /// <param name="temperature">τ, finite and above 0. Default 0.5, as released.</param>
    /// <param name="seed">As in <see cref="ProjectedGradientDescent.Attack"/>.</param>
    /// <param name="step">As in <see cref="ProjectedGradientDescent.Attack"/>.</param>
    /// <param name="indices">As in <see cref="ProjectedGradientDescent.Attack"/>.</param>
    /// <returns>t(x)*, [B, …], without a graph. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// The views, the indices or the embeddings are not as described; or, with <see cref="ProjectedGradientDescent.CheckValues"/>, not finite or out of
    /// range.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature, the step or an index is out of range.</exception>
    /// <exception cref="ObjectDisposedException">A view has been disposed.</exception>
    /// <example><code>using var attacked = ContrastiveAttack.Attack(viewA, viewB, x => head.call(encoder.call(x)), RoCL.Attack);</code></example>
    public static Tensor Attack(
        Tensor view,
        Tensor other,
        Func<Tensor, Tensor> embed,
        ProjectedGradientDescent? settings = null,
        double temperature = 0.5,
        long seed = 0,
        int step = 0,
        ReadOnlySpan<int> indices = default)
    {
        var attack = settings ?? RoCL.Attack;
        AttackGuard.Inputs(view, nameof(view), attack.Range, attack.CheckValues);
        AttackGuard.Inputs(other, nameof(other), range: null, attack.CheckValues);
        Guard.SameDevice(other, nameof(other), view, nameof(view));
        ArgumentNullException.ThrowIfNull(embed);
        Guard.Positive(temperature, nameof(temperature));
        var (images, others) = (view.shape[0], other.shape[0]);
        if (images < 2)
        {
            throw new ArgumentException($"Expected `view` to hold at least 2 images, as there are no negatives otherwise, but got {images}.", nameof(view));
        }

        if (others != images)
        {
            throw new ArgumentException($"Expected `other` to hold {images} images like `view`, but got {others}.", nameof(other));
        }

        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var target = embed(other.detach());
        return attack.Attack(
            view, x => NTXent.Loss([embed(x), target], temperature, checkValues: attack.CheckValues), seed, step, indices).MoveToOuterDisposeScope();
    }
}
