using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary><see cref="NTXent"/> as a module: settings once, embeddings at each step.</summary>
/// <remarks>Formula, denominator, precision and sources are those of <see cref="NTXent"/>. It has no parameters.</remarks>
public sealed class NTXentLoss : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly ILogger _logger;

    /// <summary>Creates the loss.</summary>
    /// <param name="temperature">τ, finite and above 0. Default 0.5.</param>
    /// <param name="reduction">Mean (default) or Sum over the anchors, or None.</param>
    /// <param name="checkValues">Whether to look for NaN, infinity and hidden positives (default).</param>
    /// <param name="logger">Is warned of batches of one image, which have no negatives. Default: nobody.</param>
    /// <exception cref="ArgumentOutOfRangeException">The temperature is out of range.</exception>
    public NTXentLoss(
        double temperature = 0.5,
        nn.Reduction reduction = nn.Reduction.Mean,
        bool checkValues = true,
        ILogger? logger = null)
        : base(nameof(NTXentLoss))
    {
        Guard.Positive(temperature, nameof(temperature));
        (Temperature, Reduction, CheckValues) = (temperature, reduction, checkValues);
        _logger = logger ?? NullLogger.Instance;
    }

    /// <summary>The temperature τ.</summary>
    public double Temperature { get; }

    /// <summary>How the anchors' losses are combined.</summary>
    public nn.Reduction Reduction { get; }

    /// <summary>Whether embeddings and mask are searched for values that make no sense.</summary>
    public bool CheckValues { get; }

    /// <summary>The loss of two views of each image.</summary>
    /// <param name="viewA">[N, D], N ≥ 1; <c>views[0]</c> in error messages.</param>
    /// <param name="viewB">[N, D], row n from the same image as row n of <paramref name="viewA"/>; <c>views[1]</c>.</param>
    /// <returns>A scalar, or [2N] with no reduction, all of A before all of B. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="NTXent.Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public override Tensor forward(Tensor viewA, Tensor viewB) => Compute([viewA, viewB]);

    /// <summary>The loss of any number of views of each image.</summary>
    /// <param name="views">At least two of [N, D], as in <see cref="NTXent.Loss"/>.</param>
    /// <param name="falseNegatives">Bool [VN, VN] or null, as in <see cref="NTXent.Loss"/>.</param>
    /// <returns>A scalar, or [VN] with no reduction, view after view. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="NTXent.Loss"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public Tensor Compute(IReadOnlyList<Tensor> views, Tensor? falseNegatives = null)
    {
        var loss = NTXent.Loss(views, Temperature, falseNegatives, Reduction, CheckValues);
        if (views[0].shape[0] == 1)
        {
            Log.NoNegatives(_logger, nameof(NTXentLoss));
        }

        return loss;
    }
}
