using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Losses;

/// <summary>What the contrastive losses share: unit rows, hidden candidates, reductions.</summary>
internal static class Similarity
{
    /// <summary>
    /// Stands for minus infinity: exp(Hidden − x) is exactly 0 for every logit x, yet a row in which every candidate is
    /// hidden has a finite log-sum-exp and no NaN in its gradient.
    /// </summary>
    public static readonly Scalar Hidden = float.MinValue.ToScalar();

    /// <summary>float64 when an input has it, otherwise float32.</summary>
    public static ScalarType Precision(params IEnumerable<Tensor> inputs) =>
        inputs.Any(input => input.dtype == ScalarType.Float64) ? ScalarType.Float64 : ScalarType.Float32;

    /// <summary>Rows z/max(‖z‖, 1e-12) in the given precision; where they are unit rows already, as they are.</summary>
    public static Tensor Unit(Tensor embeddings, ScalarType precision, bool already = false) =>
        already ? embeddings.to(precision) : nn.functional.normalize(embeddings.to(precision), p: 2, dim: 1, eps: 1e-12);

    /// <summary>Hides the masked candidates in place.</summary>
    /// <remarks>
    /// Outside the graph: the softmax of a hidden candidate is 0, so its gradient is 0 without autograd being told,
    /// and the backward pass needs no second matrix.
    /// </remarks>
    public static void Hide(Tensor logits, Tensor? mask)
    {
        if (mask is not null)
        {
            using var noGradient = no_grad();
            logits.masked_fill_(mask, Hidden);
        }
    }

    /// <summary>Hides every row from itself, in place and outside the graph.</summary>
    public static void HideSelf(Tensor logits)
    {
        using var noGradient = no_grad();
        logits.diagonal().fill_(Hidden);
    }

    public static Tensor Reduce(Tensor perAnchor, nn.Reduction reduction) => reduction switch
    {
        nn.Reduction.Mean => perAnchor.mean(),
        nn.Reduction.Sum => perAnchor.sum(),
        nn.Reduction.None => perAnchor,
        _ => throw new ArgumentOutOfRangeException(nameof(reduction), reduction, "Expected `reduction` to be Mean, Sum or None."),
    };
}
