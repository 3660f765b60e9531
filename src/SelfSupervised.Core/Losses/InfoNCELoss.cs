using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary><see cref="InfoNCE"/> as a module: settings once, embeddings at each step.</summary>
/// <remarks>Formula, denominator, precision and sources are those of <see cref="InfoNCE"/>. It has no parameters.</remarks>
public sealed class InfoNCELoss : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly ILogger _logger;

    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">τ, finite and above 0. Default 0.07.</param>
    /// <param name="symmetric">Whether a batch is scored in both directions and averaged (CLIP), or queries to keys only (default).</param>
    /// <param name="reduction">Mean (default) or Sum over the queries, or None.</param>
    /// <param name="checkValues">Whether to look for NaN, infinity and hidden positives (default).</param>
    /// <param name="logger">Is warned of batches of one pair, which have no negatives. Default: nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is out of range.</exception>
    public InfoNCELoss(
        double temperature = 0.07,
        bool symmetric = false,
        nn.Reduction reduction = nn.Reduction.Mean,
        bool checkValues = true,
        ILogger? logger = null)
        : base(nameof(InfoNCELoss))
    {
        Guard.Positive(temperature, nameof(temperature));
        (Temperature, Symmetric, Reduction, CheckValues) = (temperature, symmetric, reduction, checkValues);
        _logger = logger ?? NullLogger.Instance;
    }

    /// <summary>The temperature τ.</summary>
    public double Temperature { get; }

    /// <summary>Whether a batch is scored in both directions.</summary>
    public bool Symmetric { get; }

    /// <summary>How the queries' losses are combined.</summary>
    public nn.Reduction Reduction { get; }

    /// <summary>Whether embeddings and mask are searched for values that make no sense.</summary>
    public bool CheckValues { get; }

    /// <summary>The loss within a batch.</summary>
    /// <param name="queries">[N, D], N ≥ 1.</param>
    /// <param name="keys">[N, D]; row n is query n's positive.</param>
    /// <returns>A scalar, or [N] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="InfoNCE.Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public override Tensor forward(Tensor queries, Tensor keys) => Compute(queries, keys);

    /// <summary>The loss within a batch, without the false negatives.</summary>
    /// <param name="queries">[N, D], N ≥ 1.</param>
    /// <param name="keys">[N, D]; row n is query n's positive.</param>
    /// <param name="falseNegatives">Bool [N, N] or null, as in <see cref="InfoNCE.Loss"/>.</param>
    /// <returns>A scalar, or [N] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="InfoNCE.Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public Tensor Compute(Tensor queries, Tensor keys, Tensor? falseNegatives = null)
    {
        var loss = Symmetric
            ? InfoNCE.SymmetricLoss(queries, keys, Temperature, falseNegatives, Reduction, CheckValues)
            : InfoNCE.Loss(queries, keys, Temperature, falseNegatives, Reduction, CheckValues);
        if (queries.shape[0] == 1)
        {
            Log.NoNegatives(_logger, nameof(InfoNCELoss));
        }

        return loss;
    }

    /// <summary>The loss against given negatives: a queue or a bank.</summary>
    /// <param name="queries">[N, D], N ≥ 1.</param>
    /// <param name="keys">[N, D]; row n is query n's positive.</param>
    /// <param name="negatives">[K, D], K ≥ 1, shared by all queries.</param>
    /// <param name="falseNegatives">Bool [N, K] or null, as in <see cref="InfoNCE.LossAgainst"/>.</param>
    /// <returns>A scalar, or [N] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="InfoNCE.LossAgainst"/>.</exception>
    /// <exception cref="InvalidOperationException">The loss was made symmetric: given negatives have no other direction.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public Tensor ComputeAgainst(Tensor queries, Tensor keys, Tensor negatives, Tensor? falseNegatives = null) =>
        Symmetric
            ? throw new InvalidOperationException("A symmetric InfoNCELoss works within a batch: given negatives have no other direction.")
            : InfoNCE.LossAgainst(queries, keys, negatives, Temperature, falseNegatives, Reduction, CheckValues);
}
