using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

public sealed partial class InstanceDiscrimination
{
    private (Tensor Loss, Tensor? Accuracy) CompareWithAll(Tensor embeddings, PretrainingBatch batch)
    {
        var indices = batch.Indices.Span;
        var loss = NonParametricSoftmax.Loss(embeddings, bank.Rows, indices, Options.Temperature, checkValues: false);
        return (loss, batch.WithMetrics ? NonParametricSoftmax.Accuracy(embeddings, bank.Rows, indices, checkValues: false) : null);
    }

    private (Tensor Loss, Tensor? Accuracy) CompareWithSome(Tensor embeddings, PretrainingBatch batch)
    {
        using var inverse = (1 / Options.Temperature).ToScalar();
        var candidates = _sampler.Draw(Options.Seed, batch.Step, batch.Indices.Span, Options.Negatives, embeddings.device);
        var scores = bank.Scores(embeddings, candidates, checkValues: false);
        var logScores = scores.mul(inverse);
        var loss = nce?.Compute(logScores, bank.Count) ?? ViewmakerLoss.AgainstMemories(logScores);
        return (loss, batch.WithMetrics ? Accuracy(scores.detach(), candidates) : null);
    }

    // A negative that is the image's own memory, drawn by chance, is no other candidate.
    private static Tensor Accuracy(Tensor scores, Tensor candidates)
    {
        var others = scores.clone();
        Similarity.Hide(others, candidates.eq(candidates.narrow(1, 0, 1)));
        return scores.select(1, 0).gt(others.amax([1L])).to(ScalarType.Float32).mean();
    }

    private Tensor WithProximal(Tensor loss, Tensor embeddings, Tensor memories)
    {
        if (Options.ProximalWeight == 0)
        {
            return loss;
        }

        using var weight = Options.ProximalWeight.ToScalar();
        return loss.add(ProximalRegularisation.Loss(embeddings, memories, checkValues: false).mul(weight), Scalars.One);
    }

    private Dictionary<string, Tensor> Metrics(Tensor accuracy, Tensor unit, Tensor memories) => new()
    {
        ["accuracy"] = accuracy,
        ["similarity"] = Similarity.Unit(memories, unit.dtype).mul(unit).sum(1L).mean(),
        ["fill"] = bank.Fill(),
    };
}
