using SelfSupervised.Core.Internal;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary><see cref="Nce"/> as a module, which keeps the partition function Z: fixed, estimated or learned.</summary>
/// <remarks>
/// Formula, precision and sources are those of <see cref="Nce"/>, with k = m. An estimated or learned log Z is in the state as
/// "logPartition", and whether it has been estimated yet as "isEstimated": a resumed run goes on with the Z that it had. Losses against
/// several memories have a module, and so a Z, each.
/// </remarks>
public sealed class NceLoss : nn.Module<Tensor, Tensor, Tensor>
{
    // The fields' names are those in the state; null if there is nothing to keep.
    private readonly Tensor? logPartition;
    private readonly Tensor? isEstimated;
    private readonly double _fixed;

    private NceLoss(NcePartition partition, long places, double logPartition, nn.Reduction reduction, bool checkValues)
        : base(nameof(NceLoss))
    {
        if (!double.IsFinite(logPartition))
        {
            throw new ArgumentOutOfRangeException(
                nameof(logPartition), logPartition, $"Expected `logPartition` to be finite, but got {logPartition}.");
        }

        (Partition, Places, Reduction, CheckValues, _fixed) = (partition, places, reduction, checkValues, logPartition);
        using var scope = NewDisposeScope();
        this.logPartition = partition switch
        {
            NcePartition.Estimated => tensor(0f).DetachFromDisposeScope(),
            NcePartition.Learned => new Parameter(tensor((float)logPartition)).DetachFromDisposeScope(),
            _ => null,
        };
        isEstimated = partition == NcePartition.Estimated ? tensor(false).DetachFromDisposeScope() : null;
        RegisterComponents();
    }

    /// <summary>Where Z comes from.</summary>
    public NcePartition Partition { get; }

    /// <summary>n, the places that Z sums over, if it is estimated; otherwise 0.</summary>
    public long Places { get; }

    /// <summary>How the data's losses are combined.</summary>
    public nn.Reduction Reduction { get; }

    /// <summary>Whether the inputs are searched for NaN and infinity.</summary>
    public bool CheckValues { get; }

    /// <summary>log Z, Float32, as it is kept, not a copy; null if it is fixed.</summary>
    public Tensor? LogPartition => logPartition;

    /// <summary>Whether Z has been estimated, Bool, as it is kept; null if it is not to be.</summary>
    public Tensor? IsEstimated => isEstimated;

    /// <summary>A loss whose Z is a constant.</summary>
    /// <param name="logPartition">log Z, finite. Default 0.</param>
    /// <param name="reduction">Mean (default) or Sum over the data, or None.</param>
    /// <param name="checkValues">Whether to look for NaN and infinity (default).</param>
    /// <returns>The loss, without parameters or state. The caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">log Z is not finite.</exception>
    public static NceLoss Fixed(double logPartition = 0, nn.Reduction reduction = nn.Reduction.Mean, bool checkValues = true) =>
        new(NcePartition.Fixed, 0, logPartition, reduction, checkValues);

    /// <summary>A loss whose Z is estimated from the first batch that it sees in training, and kept.</summary>
    /// <remarks>Until then, each batch in evaluation is given its own estimate.</remarks>
    /// <param name="places">n, the places that Z sums over, at least 1: a bank's rows.</param>
    /// <param name="reduction">As in <see cref="Fixed"/>.</param>
    /// <param name="checkValues">As in <see cref="Fixed"/>.</param>
    /// <returns>The loss, with two buffers. The caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are no places.</exception>
    /// <example><code>using var criterion = NceLoss.Estimated(places: bank.Count);</code></example>
    public static NceLoss Estimated(long places, nn.Reduction reduction = nn.Reduction.Mean, bool checkValues = true)
    {
        ModuleGuard.AtLeast(places, 1, nameof(places));
        return new(NcePartition.Estimated, places, 0, reduction, checkValues);
    }

    /// <summary>A loss whose log Z is a parameter.</summary>
    /// <param name="logPartition">What log Z begins with, finite. Default 0.</param>
    /// <param name="reduction">As in <see cref="Fixed"/>.</param>
    /// <param name="checkValues">As in <see cref="Fixed"/>.</param>
    /// <returns>The loss, with one parameter. The caller owns it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">log Z is not finite.</exception>
    public static NceLoss Learned(double logPartition = 0, nn.Reduction reduction = nn.Reduction.Mean, bool checkValues = true) =>
        new(NcePartition.Learned, 0, logPartition, reduction, checkValues);

    /// <summary>The loss with any noise.</summary>
    /// <param name="logScores">s, [B, 1 + m]: the datum first, then its m ≥ 1 noise samples; on the module's device.</param>
    /// <param name="logNoise">log q of each, [B, 1 + m], or a scalar.</param>
    /// <returns>A scalar, or [B] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Nce.Loss(Tensor, Tensor, double?, Tensor?, nn.Reduction, bool)"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public override Tensor forward(Tensor logScores, Tensor logNoise)
    {
        using var scope = NewDisposeScope();
        var z = Current(logScores);
        return Nce.Loss(logScores, logNoise, logPartition: z, reduction: Reduction, checkValues: CheckValues).MoveToOuterDisposeScope();
    }

    /// <summary>The loss with uniform noise.</summary>
    /// <param name="logScores">As in <see cref="forward"/>.</param>
    /// <param name="places">n, the places that noise is drawn from, at least 1.</param>
    /// <returns>As in <see cref="forward"/>.</returns>
    /// <exception cref="ArgumentException">As in <see cref="forward"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no places.</exception>
    /// <exception cref="ObjectDisposedException">The scores have been disposed.</exception>
    public Tensor Compute(Tensor logScores, long places)
    {
        using var scope = NewDisposeScope();
        var z = Current(logScores);
        return Nce.Loss(logScores, places, logPartition: z, reduction: Reduction, checkValues: CheckValues).MoveToOuterDisposeScope();
    }

    private Tensor Current(Tensor logScores)
    {
        Nce.CheckScores(logScores);
        if (Partition != NcePartition.Estimated)
        {
            return logPartition?.alias() ?? tensor(_fixed, device: logScores.device);
        }

        Guard.SameDevice(logScores, nameof(logScores), logPartition!, nameof(LogPartition));
        if (CheckValues)
        {
            Guard.Finite((logScores, nameof(logScores)));
        }

        return Estimate(logScores);
    }

    // Chosen on the device: to ask whether there is an estimate would wait for a GPU at each step.
    private Tensor Estimate(Tensor logScores)
    {
        using var noGradient = no_grad();
        var ofBatch = Nce.EstimateLogPartition(logScores, Places).to(logPartition!.dtype);
        var estimate = where(isEstimated!, logPartition, ofBatch);
        if (training)
        {
            logPartition.copy_(estimate);
            isEstimated!.fill_(Scalars.One);
        }

        return estimate;
    }
}
