using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary>Noise-contrastive estimation as pure functions: one datum is to be told from k samples of a noise distribution.</summary>
/// <remarks>
/// <para>
/// A model p(w) = exp(s(w))/Z and noise q give the posterior that w is data, not noise, σ(Δ(w)) with
/// Δ = s − log Z − log(k·q). With the datum w₀ and m noise samples w₁…w_m,
/// </para>
/// <code>ℓ = softplus(−Δ(w₀)) + (k/m) Σ_j softplus(Δ(w_j))</code>
/// <para>
/// No logarithm of 0 is taken. It is m + 1 binary questions, where <see cref="InfoNCE"/> asks one of m + 1 answers. When p and q are
/// alike everywhere, and m = k, the value is log(1 + k) + k·log((1 + k)/k). As k grows, the gradient tends to that of the likelihood.
/// Scores may be Float16, BFloat16, Float32 or Float64; the arithmetic and the result are Float32, or Float64 if the scores are.
/// </para>
/// <para>
/// Gutmann, Hyvärinen, "Noise-contrastive estimation: A new estimation principle for unnormalized statistical models", 2010; Mnih, Teh,
/// "A fast and simple algorithm for training neural probabilistic language models", 2012 (arXiv:1206.6426). The released code of
/// instance discrimination (zhirongw/lemniscate.pytorch/lib/NCECriterion.py) adds ε = 1e-7 to its denominators, which moves the value by
/// about n·ε for uniform noise over n; here there is none.
/// </para>
/// </remarks>
public static class Nce
{
    /// <summary>The loss with any noise.</summary>
    /// <param name="logScores">s, [B, 1 + m] with m ≥ 1: the datum first, then its noise samples.</param>
    /// <param name="logNoise">log q of each of them, [B, 1 + m], or a scalar for uniform noise; on the scores' device.</param>
    /// <param name="noiseCount">k, finite and above 0: how many noise samples there are for each datum. Default m.</param>
    /// <param name="logPartition">log Z, a scalar that may have a graph (learned). Default 0: the scores normalise themselves.</param>
    /// <param name="reduction">Mean (default) or Sum over the B data; None gives each one's loss.</param>
    /// <param name="checkValues">Whether to look for NaN and infinity (default). It reads the inputs once and waits for a GPU.</param>
    /// <returns>A scalar, or [B] with no reduction. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// An input has another shape, type or device than described above; or, with <paramref name="checkValues"/>, is not finite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The count or the reduction is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor Loss(
        Tensor logScores,
        Tensor logNoise,
        double? noiseCount = null,
        Tensor? logPartition = null,
        nn.Reduction reduction = nn.Reduction.Mean,
        bool checkValues = true)
    {
        CheckScores(logScores);
        var samples = logScores.shape[1] - 1;
        var count = noiseCount ?? samples;
        Guard.Positive(count, nameof(noiseCount));
        CheckOthers(logNoise, logPartition, logScores);
        if (checkValues)
        {
            (Tensor, string)[] partition = logPartition is null ? [] : [(logPartition, nameof(logPartition))];
            Guard.Finite([(logScores, nameof(logScores)), (logNoise, nameof(logNoise)), .. partition]);
        }

        using var scope = NewDisposeScope();
        using var logCount = Math.Log(count).ToScalar();
        using var weight = (count / samples).ToScalar();
        var precision = Similarity.Precision(logScores);
        var shift = logNoise.to(precision).add(logCount, Scalars.One);
        var logits = logScores.to(precision).sub(logPartition is null ? shift : shift.add(logPartition.to(precision), Scalars.One));
        var data = logits.select(1, 0).log_sigmoid();
        var noise = logits.narrow(1, 1, samples).neg().log_sigmoid().sum(1L).mul(weight);
        return Similarity.Reduce(data.add(noise, Scalars.One).neg(), reduction).MoveToOuterDisposeScope();
    }

    /// <summary>The loss with uniform noise over n places: log q = −log n.</summary>
    /// <param name="logScores">As in the other form.</param>
    /// <param name="places">n, at least 1.</param>
    /// <param name="noiseCount">As in the other form.</param>
    /// <param name="logPartition">As in the other form.</param>
    /// <param name="reduction">As in the other form.</param>
    /// <param name="checkValues">As in the other form.</param>
    /// <returns>As in the other form.</returns>
    /// <exception cref="ArgumentException">As in the other form.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>using var loss = Nce.Loss(bank.Scores(embeddings, candidates).div(0.07), places: bank.Count, logPartition: logZ);</code></example>
    public static Tensor Loss(
        Tensor logScores,
        long places,
        double? noiseCount = null,
        Tensor? logPartition = null,
        nn.Reduction reduction = nn.Reduction.Mean,
        bool checkValues = true)
    {
        ModuleGuard.AtLeast(places, 1, nameof(places));
        CheckScores(logScores);
        using var scope = NewDisposeScope();
        var logNoise = tensor(-Math.Log(places), device: logScores.device);
        return Loss(logScores, logNoise, noiseCount, logPartition, reduction, checkValues).MoveToOuterDisposeScope();
    }

    /// <summary>An estimate of the partition function over n places: log Z = log(n · mean of exp(s)), the mean over all given scores.</summary>
    /// <remarks>Instance discrimination takes it from its first batch and keeps it (Wu et al., 2018, arXiv:1805.01978). It has no gradient.</remarks>
    /// <param name="logScores">As in <see cref="Loss(Tensor, Tensor, double?, Tensor?, nn.Reduction, bool)"/>, the data's among them.</param>
    /// <param name="places">n, at least 1.</param>
    /// <returns>A scalar. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The scores have another shape or type.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are no places.</exception>
    /// <exception cref="ObjectDisposedException">The scores have been disposed.</exception>
    public static Tensor EstimateLogPartition(Tensor logScores, long places)
    {
        ModuleGuard.AtLeast(places, 1, nameof(places));
        CheckScores(logScores);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var perScore = Math.Log(places / (double)logScores.numel()).ToScalar();
        return logScores.to(Similarity.Precision(logScores)).flatten().logsumexp(0).add(perScore, Scalars.One).MoveToOuterDisposeScope();
    }

    internal static void CheckScores(Tensor logScores)
    {
        Guard.Embeddings(logScores, nameof(logScores));
        var shape = logScores.shape;
        if (shape[1] < 2)
        {
            throw new ArgumentException($"Expected `logScores` to have shape [B, 1 + m], m at least 1, but got {Guard.Text(shape)}.");
        }
    }

    private static void CheckOthers(Tensor logNoise, Tensor? logPartition, Tensor logScores)
    {
        Guard.Alive(logNoise, nameof(logNoise));
        Guard.SameDevice(logNoise, nameof(logNoise), logScores, nameof(logScores));
        if (logNoise.shape is not [])
        {
            Guard.SameShape(logNoise, nameof(logNoise), logScores, nameof(logScores));
        }

        if (logPartition is not null)
        {
            Guard.Alive(logPartition, nameof(logPartition));
            Guard.SameDevice(logPartition, nameof(logPartition), logScores, nameof(logScores));
            if (logPartition.shape is not [])
            {
                throw new ArgumentException($"Expected `logPartition` to be a scalar, but got {Guard.Text(logPartition.shape)}.");
            }
        }
    }
}
