using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Memory;

public sealed partial class MemoryBank
{
    /// <summary>
    /// From this many rows per candidate on, candidates are gathered, [B, C, d]; below, products with all rows, [B, n], are cheaper:
    /// with n = 50,000, C = 4,097, B = 128 and d = 128, seven times.
    /// </summary>
    private const long RowsPerCandidate = 32;

    /// <summary>The products of embeddings with given rows, u_b·V[c_bk]: cosines, rows being unit vectors.</summary>
    /// <remarks>
    /// Positives and negatives are whichever rows are given: drawn by a <see cref="NegativeSampler"/>, or chosen by a class or a rule.
    /// For a log-score divide by τ. Gradient flows to the embeddings alone. Go backward before the next <see cref="Update"/>.
    /// </remarks>
    /// <param name="features">[B, d] embeddings on the bank's device, normalised here.</param>
    /// <param name="candidates">Int64 [B, C] on the bank's device, rows from 0 to n − 1; as a rule the positive first.</param>
    /// <param name="checkValues">
    /// Whether to look for NaN, infinity and candidates that are no rows (default). It reads the inputs once and waits for a GPU.
    /// </param>
    /// <returns>[B, C] of Float32, or Float64 if the embeddings or the bank are. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// An input has another shape, type or device; or, with <paramref name="checkValues"/>, an embedding is not finite.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">With <paramref name="checkValues"/>: a candidate is no row.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>using var scores = bank.Scores(embeddings, sampler.Draw(seed, step, indices, negatives: 4096));</code></example>
    public Tensor Scores(Tensor features, Tensor candidates, bool checkValues = true)
    {
        CheckFeatures(features, checkValues);
        IndexGuard.Candidates(candidates, nameof(candidates), features, nameof(features), Count, checkValues);
        return Count <= RowsPerCandidate * candidates.shape[1] ? ScoresOfAll(features, candidates) : ScoresOfGathered(features, candidates);
    }

    private Tensor ScoresOfAll(Tensor features, Tensor candidates)
    {
        using var scope = NewDisposeScope();
        var precision = Similarity.Precision(features, rows);
        var all = Similarity.Unit(features, precision).mm(rows.detach().to(precision).t());
        return all.gather(1, candidates).MoveToOuterDisposeScope();
    }

    private Tensor ScoresOfGathered(Tensor features, Tensor candidates)
    {
        using var scope = NewDisposeScope();
        var precision = Similarity.Precision(features, rows);
        var (batch, width) = (candidates.shape[0], candidates.shape[1]);
        var gathered = rows.detach().index_select(0, candidates.flatten()).to(precision).view(batch, width, Dimension);
        return gathered.bmm(Similarity.Unit(features, precision).unsqueeze(2)).squeeze(2).MoveToOuterDisposeScope();
    }
}
