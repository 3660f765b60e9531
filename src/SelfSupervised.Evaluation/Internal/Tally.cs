using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>Collects the answers to a set of examples, a few at once.</summary>
internal sealed class Tally(int classes, long count)
{
    private static readonly Scalar Five = 5.ToScalar();

    private readonly int[] _labels = new int[count];
    private readonly int[] _predictions = new int[count];
    private long _amongFive;
    private int _seen;

    /// <summary>Takes scores [B, C] and the true classes, Int64 [B]. Makes tensors in the caller's scope.</summary>
    public void Add(Tensor scores, Tensor labels)
    {
        var own = labels.unsqueeze(1);
        var ownScore = scores.gather(1, own);
        var numbers = arange(classes, ScalarType.Int64, scores.device);
        var ahead = scores.gt(ownScore).logical_or_(scores.eq(ownScore).logical_and_(numbers.lt(own))).sum(1L);
        _amongFive += ahead.lt(Five).sum().cpu().item<long>();

        // argmax gives the first of equals.
        var (truth, answers) = (Rows.ToArray<long>(labels), Rows.ToArray<long>(scores.argmax(1)));
        for (var i = 0; i < truth.Length; i++, _seen++)
        {
            (_labels[_seen], _predictions[_seen]) = ((int)truth[i], (int)answers[i]);
        }
    }

    public Classification Result() => new(classes, _labels, _predictions, _amongFive);
}
