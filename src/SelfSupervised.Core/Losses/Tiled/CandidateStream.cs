using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses.Tiled;

/// <summary>Passes of queries over candidates that are read in chunks, each with all queries.</summary>
/// <param name="Warm">Whether exponentials of the scores are in range as they are; if not, a running maximum is subtracted.</param>
/// <param name="WantsMean">Whether the candidates' mean under the softmax is wanted too: the queries' gradient.</param>
/// <param name="Tiling">The size of a chunk.</param>
internal sealed record CandidateStream(bool Warm, bool WantsMean, Tiling Tiling)
{
    private static readonly Scalar NothingVisible = (float.MinValue / 2).ToScalar();

    /// <summary>One pass: log Σ exp [N], and the mean [N, D], in the caller's scope.</summary>
    public (Tensor Value, Tensor? Mean) Run(Tensor queries, Tensor candidates, Tensor? hidden)
    {
        var sum = zeros(queries.shape[0], dtype: queries.dtype, device: queries.device);
        var mean = WantsMean ? zeros_like(queries) : null;
        var largest = Warm ? null : full_like(sum, Similarity.Hidden);
        ForEachChunk(queries, candidates, hidden, (chunk, scores, _) =>
        {
            if (largest is not null)
            {
                Subtract(scores, largest, sum, mean);
            }

            sum.add_(scores.exp_().sum(1L), Scalars.One);
            mean?.addmm_(scores, chunk);
        });
        // Where all candidates are hidden there is nothing to take the mean of.
        mean?.div_(sum.masked_fill(sum.eq(Scalars.Zero), Scalars.One).unsqueeze(1));
        return (largest is null ? sum.log() : sum.log().add_(largest, Scalars.One), mean);
    }

    /// <summary>The pass that finds each query's largest score [N], in the caller's scope.</summary>
    public Tensor Largest(Tensor queries, Tensor candidates, Tensor? hidden)
    {
        var largest = full_like(queries.select(1, 0), Similarity.Hidden);
        ForEachChunk(queries, candidates, hidden, (_, scores, _) => largest.copy_(largest.maximum(scores.amax(1L))));
        return largest;
    }

    /// <summary>The pass that finds the candidates' gradient [K, D]: Σ_n g_n·exp(s_nm − value_n)·q_n.</summary>
    public Tensor ToCandidates(Tensor queries, Tensor candidates, Tensor? hidden, Tensor value, Tensor gradient)
    {
        var result = empty_like(candidates);
        // Where all candidates are hidden the value is lower than their scores, which must not make them count.
        var shift = value.clamp_min(NothingVisible).unsqueeze(1);
        var byQuery = gradient.unsqueeze(1);
        ForEachChunk(queries, candidates, hidden, (_, scores, start) =>
        {
            var softmax = scores.sub_(shift).exp_().mul_(byQuery);
            result.narrow(0, start, softmax.shape[1]).addmm_(softmax.t(), queries, beta: 0);
        });
        return result;
    }

    private void ForEachChunk(Tensor queries, Tensor candidates, Tensor? hidden, Action<Tensor, Tensor, long> action)
    {
        var (rows, count) = (queries.shape[0], candidates.shape[0]);
        var most = Tiling.Side(rows, count);
        using var storage = empty(rows * most, dtype: queries.dtype, device: queries.device);
        for (var start = 0L; start < count; start += most)
        {
            using var scope = NewDisposeScope();
            var size = Math.Min(most, count - start);
            var chunk = candidates.narrow(0, start, size);
            var scores = storage.narrow(0, 0, rows * size).view(rows, size).addmm_(queries, chunk.t(), beta: 0);
            Similarity.Hide(scores, hidden?.narrow(1, start, size));
            action(chunk, scores, start);
        }
    }

    /// <summary>Subtracts from the scores their largest so far, and makes what was summed before relative to it too.</summary>
    private static void Subtract(Tensor scores, Tensor largest, Tensor sum, Tensor? mean)
    {
        var now = largest.maximum(scores.amax(1L));
        var faded = largest.sub(now).exp_();
        sum.mul_(faded);
        mean?.mul_(faded.unsqueeze(1));
        largest.copy_(now);
        scores.sub_(now.unsqueeze(1));
    }
}
