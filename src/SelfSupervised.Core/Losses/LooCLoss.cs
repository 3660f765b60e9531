using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary><see cref="LeaveOneOut"/> as a module: settings once, embeddings at each step.</summary>
/// <remarks>Formula, denominator, precision and source are those of <see cref="LeaveOneOut"/>. It has no parameters.</remarks>
public sealed class LooCLoss : nn.Module<Tensor, Tensor, IReadOnlyList<Tensor>, Tensor>
{
    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">τ, finite and above 0. Default 0.2.</param>
    /// <param name="reduction">Mean (default) or Sum over the images, or None.</param>
    /// <param name="checkValues">Whether to look for NaN and infinity (default).</param>
    /// <param name="unitNegatives">Whether negatives are unit rows already, and taken as they are. Default no.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is out of range.</exception>
    public LooCLoss(double temperature = 0.2, nn.Reduction reduction = nn.Reduction.Mean, bool checkValues = true, bool unitNegatives = false)
        : base(nameof(LooCLoss))
    {
        Guard.Positive(temperature, nameof(temperature));
        (Temperature, Reduction, CheckValues, UnitNegatives) = (temperature, reduction, checkValues, unitNegatives);
    }

    /// <summary>The temperature τ.</summary>
    public double Temperature { get; }

    /// <summary>How the images' losses are combined.</summary>
    public nn.Reduction Reduction { get; }

    /// <summary>Whether inputs are searched for values that make no sense.</summary>
    public bool CheckValues { get; }

    /// <summary>Whether negatives are taken as they are.</summary>
    public bool UnitNegatives { get; }

    /// <summary>The loss.</summary>
    /// <param name="queries">[n+1, B, D].</param>
    /// <param name="keys">[n+1, n+1, B, D]: spaces, then views.</param>
    /// <param name="negatives">n + 1 tensors [K, D].</param>
    /// <returns>A scalar, or [B] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="LeaveOneOut.Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public override Tensor forward(Tensor queries, Tensor keys, IReadOnlyList<Tensor> negatives) => Compute(queries, keys, negatives);

    /// <summary>The loss, without the false negatives.</summary>
    /// <param name="queries">[n+1, B, D].</param>
    /// <param name="keys">[n+1, n+1, B, D]: spaces, then views.</param>
    /// <param name="negatives">n + 1 tensors [K, D].</param>
    /// <param name="falseNegatives">For each space Bool [B, K] or null, or null for none; as in <see cref="LeaveOneOut.Loss"/>.</param>
    /// <returns>A scalar, or [B] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="LeaveOneOut.Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public Tensor Compute(Tensor queries, Tensor keys, IReadOnlyList<Tensor> negatives, IReadOnlyList<Tensor?>? falseNegatives = null) =>
        LeaveOneOut.Loss(queries, keys, negatives, Temperature, falseNegatives, Reduction, CheckValues, UnitNegatives);
}
