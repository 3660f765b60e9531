using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Attacks;

/// <summary>Robust contrastive learning: SimCLR with an attacked view as a third.</summary>
/// <remarks>
/// <para>
/// In each step t(x) is attacked (<see cref="ContrastiveAttack"/>, in evaluation mode), and the model learns that t(x), t′(x) and t(x)* belong
/// together. With z, z′, z* their embeddings and NT-Xent as in <see cref="NTXent"/>,
/// </para>
/// <code>L = 2·NTXent(z, z′, z*) + λ·NTXent(z*, z′)</code>
/// <para>
/// The released code adds up an anchor's positives where <see cref="NTXent"/> takes their mean: hence the 2. All three views are anchors, as
/// there; the paper's formula has t(x) alone. In that code the gradient flows through the anchors only, and z* and z′ of the second term come from
/// a forward pass of their own; here it flows through both sides, and the embeddings are those that are given.
/// </para>
/// <para>
/// Kim, Tack and Hwang, "Adversarial Self-Supervised Contrastive Learning", NeurIPS 2020 (arXiv:2006.07589); Kim-Minseon/RoCL, src/loss.py.
/// </para>
/// </remarks>
public static class RoCL
{
    /// <summary>The attack while training, for images in [0, 1]: p = ∞, ε = 8/255, α = 0.007, 7 steps, from a random start.</summary>
    public static ProjectedGradientDescent Attack { get; } = new(double.PositiveInfinity, size: 8.0 / 255, stepSize: 0.007, steps: 7) { Range = (0, 1) };

    /// <summary>The loss while training.</summary>
    /// <param name="view">z, [N, D], N ≥ 1: embeddings of t(x).</param>
    /// <param name="other">z′, [N, D]: embeddings of t′(x).</param>
    /// <param name="attacked">z*, [N, D]: embeddings of the attacked t(x).</param>
    /// <param name="temperature">τ, finite and above 0. Default 0.5.</param>
    /// <param name="weight">λ, finite and at least 0. Default 1/256.</param>
    /// <param name="checkValues">Whether to look for NaN and infinity (default). It reads the inputs once and waits for a GPU.</param>
    /// <returns>A scalar, Float32, or Float64 if an input is. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The embeddings are no three of one shape on one device, or not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The temperature or the weight is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>using var loss = RoCL.Loss(Embed(viewA), Embed(viewB), Embed(attacked));</code></example>
    public static Tensor Loss(
        Tensor view, Tensor other, Tensor attacked, double temperature = 0.5, double weight = 1.0 / 256, bool checkValues = true)
    {
        ViewGuard.AtLeastZero(weight, nameof(weight));
        (Tensor Tensor, string Name)[] named = [(view, nameof(view)), (other, nameof(other)), (attacked, nameof(attacked))];
        foreach (var (tensor, name) in named)
        {
            Guard.Embeddings(tensor, name);
            Guard.SameShape(tensor, name, view, nameof(view));
            Guard.SameDevice(tensor, name, view, nameof(view));
        }

        if (checkValues)
        {
            Guard.Finite(named);
        }

        using var scope = NewDisposeScope();
        using var share = weight.ToScalar();
        var all = NTXent.Loss([view, other, attacked], temperature, checkValues: false).mul(Scalars.Two);
        var pair = NTXent.Loss([attacked, other], temperature, checkValues: false);
        return all.add(pair, share).MoveToOuterDisposeScope();
    }
}
