namespace SelfSupervised.Evaluation;

/// <summary>What a classifier answered on a set of labelled examples.</summary>
/// <remarks>Classes with equal scores are ranked by their number, the lowest first, for top-1 and top-5 alike.</remarks>
public sealed class Classification
{
    internal Classification(int classes, int[] labels, int[] predictions, long amongFive)
    {
        (Classes, Labels, Predictions) = (classes, labels, predictions);
        var (correct, count) = (new long[classes], new long[classes]);
        for (var i = 0; i < labels.Length; i++)
        {
            count[labels[i]]++;
            correct[labels[i]] += labels[i] == predictions[i] ? 1 : 0;
        }

        PerClass = correct.Zip(count, (right, all) => new Accuracy(right, all)).ToArray();
        (Top1, Top5) = (new Accuracy(correct.Sum(), labels.Length), new Accuracy(amongFive, labels.Length));
    }

    /// <summary>C, the number of classes.</summary>
    public int Classes { get; }

    /// <summary>The share of examples whose class has the highest score.</summary>
    public Accuracy Top1 { get; }

    /// <summary>The share of examples whose class is among the five with the highest scores; 1 if there are at most five classes.</summary>
    public Accuracy Top5 { get; }

    /// <summary>Top-1 of the examples of each class, by its number; NaN for a class without examples.</summary>
    public IReadOnlyList<Accuracy> PerClass { get; }

    /// <summary>The mean of <see cref="PerClass"/> over the classes that have examples: what an unbalanced set is better judged by.</summary>
    public double MeanPerClass => PerClass.Where(one => one.Count > 0).Average(one => one.Value);

    /// <summary>The true class of each example, in order.</summary>
    public IReadOnlyList<int> Labels { get; }

    /// <summary>The class that was answered for each example, in order.</summary>
    public IReadOnlyList<int> Predictions { get; }

    /// <summary>Counts the confusion matrix.</summary>
    /// <returns>[C, C]: how many examples of the class that is the row were answered with the class that is the column.</returns>
    public long[,] Confusion()
    {
        var matrix = new long[Classes, Classes];
        for (var i = 0; i < Labels.Count; i++)
        {
            matrix[Labels[i], Predictions[i]]++;
        }

        return matrix;
    }
}
