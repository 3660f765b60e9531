using SelfSupervised.Evaluation.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>Scores that are linear in the features: s = W·x + b. It holds plain numbers, so there is nothing to dispose.</summary>
public sealed class LinearClassifier
{
    // [W | b] row by row: the d weights of a class, then its bias.
    private readonly double[] _values;

    internal LinearClassifier(double[] values, int classes)
    {
        (_values, Classes) = (values, classes);
        Dimension = (values.Length / classes) - 1;
    }

    /// <summary>C, the number of classes.</summary>
    public int Classes { get; }

    /// <summary>d, the width of the features.</summary>
    public int Dimension { get; }

    internal ReadOnlySpan<double> Values => _values;

    /// <summary>W.</summary>
    /// <returns>[C, d] Float64 on the CPU. The caller owns it.</returns>
    public Tensor Weight()
    {
        using var scope = NewDisposeScope();
        return All().narrow(1, 0, Dimension).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>b.</summary>
    /// <returns>[C] Float64 on the CPU. The caller owns it.</returns>
    public Tensor Bias()
    {
        using var scope = NewDisposeScope();
        return All().select(1, Dimension).contiguous().MoveToOuterDisposeScope();
    }

    /// <summary>The scores (logits) of the classes.</summary>
    /// <param name="features">[N, d], as they were before any standardisation.</param>
    /// <returns>[N, C], Float32, or Float64 if the features are. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The features have another shape or type than described above, or are not finite.</exception>
    /// <exception cref="ObjectDisposedException">The features have been disposed.</exception>
    public Tensor Scores(Tensor features)
    {
        Guard.Features(features, nameof(features));
        if (features.shape[1] != Dimension)
        {
            throw new ArgumentException($"Expected `features` to have shape [N, {Dimension}], but got {Guard.Text(features.shape)}.", nameof(features));
        }

        Guard.Finite((features, nameof(features)));
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var precision = Rows.Precision(features);
        var weights = All().to(precision, features.device);
        return weights.select(1, Dimension).addmm(features.to(precision), weights.narrow(1, 0, Dimension).t()).MoveToOuterDisposeScope();
    }

    /// <summary>The answers to a labelled set.</summary>
    /// <param name="features">[N, d].</param>
    /// <param name="labels">Int64 [N] on the same device, each below C.</param>
    /// <returns>Top-1, top-5, per class.</returns>
    /// <exception cref="ArgumentException">As from <see cref="Scores"/>; or the labels have another shape, type or device, or name another class.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public Classification Classify(Tensor features, Tensor labels)
    {
        using var scope = NewDisposeScope();
        using var scores = Scores(features);
        Guard.Labels(labels, nameof(labels), features, nameof(features), Classes);
        var tally = new Tally(Classes, features.shape[0]);
        foreach (var (start, count) in Rows.Chunks(features.shape[0], Rows.AtOnce(Classes, 1 << 22)))
        {
            using var part = NewDisposeScope();
            tally.Add(scores.narrow(0, start, count), labels.narrow(0, start, count));
        }

        return tally.Result();
    }

    /// <summary>The classifier of features of which this one takes the standardised: W/σ and b − W·(μ/σ).</summary>
    internal LinearClassifier Before(Standardiser standardiser)
    {
        var values = new double[_values.Length];
        for (var c = 0; c < Classes; c++)
        {
            var row = c * (Dimension + 1);
            values[row + Dimension] = _values[row + Dimension];
            for (var j = 0; j < Dimension; j++)
            {
                values[row + j] = _values[row + j] / standardiser.Deviation[j];
                values[row + Dimension] -= values[row + j] * standardiser.Mean[j];
            }
        }

        return new LinearClassifier(values, Classes);
    }

    private Tensor All() => tensor(_values, [Classes, Dimension + 1]);
}
