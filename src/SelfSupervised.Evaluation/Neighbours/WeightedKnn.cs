using SelfSupervised.Evaluation.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Neighbours;

/// <summary>Classification by the labels of the nearest neighbours: no training and, beyond K and τ, nothing to tune.</summary>
/// <remarks>
/// <para>
/// All rows are divided by their length, u = z / max(‖z‖, 1e-12). The K rows i of the bank with the highest similarity
/// s_i = u·u_i vote; a class c scores
/// </para>
/// <code>Σ_i 1[y_i = c]·exp((s_i − s_max)/τ)</code>
/// <para>
/// and the class with the highest score wins, of equals the one with the lowest number. s_max, the similarity of the nearest,
/// changes no answer and keeps exp from overflowing at any τ. With <see cref="KnnVotes.Majority"/> each vote weighs 1. Of
/// equally similar rows those that come first in the bank are taken.
/// </para>
/// <para>
/// Similarities are Float32, or Float64 if an input is. They are made for some queries at once, 64 MiB in Float32. Wu et
/// al., "Unsupervised Feature Learning via Non-Parametric Instance Discrimination", 2018 (arXiv:1805.01978); zhirongw/lemniscate.pytorch.
/// </para>
/// </remarks>
public static class WeightedKnn
{
    internal const long ElementsAtOnce = 1 << 24;

    /// <summary>Classifies a test set and compares with its labels.</summary>
    /// <param name="trainFeatures">[N, d], the bank, N at least K.</param>
    /// <param name="trainLabels">Int64 [N], classes from 0; the number of classes C is the largest plus 1.</param>
    /// <param name="testFeatures">[M, d] on the same device, M ≥ 1.</param>
    /// <param name="testLabels">Int64 [M], each below C.</param>
    /// <param name="options">Neighbours, temperature and votes. Default: 200, 0.07, weighted.</param>
    /// <returns>The answers and the protocol.</returns>
    /// <exception cref="ArgumentException">An input has another shape, type or device than described above, or is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There are more neighbours than rows in the bank.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>Console.WriteLine(WeightedKnn.Evaluate(train, trainLabels, test, testLabels).Test.Top1);</code></example>
    public static KnnResult Evaluate(
        Tensor trainFeatures, Tensor trainLabels, Tensor testFeatures, Tensor testLabels, KnnOptions? options = null)
    {
        options ??= new KnnOptions();
        var classes = Check(trainFeatures, trainLabels, testFeatures, options);
        Guard.Labels(testLabels, nameof(testLabels), testFeatures, nameof(testFeatures), classes);

        var tally = new Tally(classes, testFeatures.shape[0]);
        Vote(trainFeatures, trainLabels, testFeatures, classes, options, (scores, start) =>
            tally.Add(scores, testLabels.narrow(0, start, scores.shape[0])));
        return new KnnResult
        {
            Test = tally.Result(),
            Options = options,
            TrainCount = trainFeatures.shape[0],
            Dimension = trainFeatures.shape[1],
            SharedRows = Overlap.Count(trainFeatures, testFeatures),
        };
    }

    /// <summary>The scores of all classes, for queries without labels.</summary>
    /// <param name="trainFeatures">As in <see cref="Evaluate"/>.</param>
    /// <param name="trainLabels">As in <see cref="Evaluate"/>.</param>
    /// <param name="queries">[M, d] on the same device, M ≥ 1.</param>
    /// <param name="options">As in <see cref="Evaluate"/>.</param>
    /// <returns>[M, C], Float32, or Float64 if an input is. The caller owns it.</returns>
    /// <exception cref="ArgumentException">As in <see cref="Evaluate"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">As in <see cref="Evaluate"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static Tensor Scores(Tensor trainFeatures, Tensor trainLabels, Tensor queries, KnnOptions? options = null)
    {
        options ??= new KnnOptions();
        var classes = Check(trainFeatures, trainLabels, queries, options, nameof(queries));
        using var scope = NewDisposeScope();
        var all = empty([queries.shape[0], classes], Rows.Precision(trainFeatures, queries), trainFeatures.device);
        Vote(trainFeatures, trainLabels, queries, classes, options, (scores, start) =>
            all.narrow(0, start, scores.shape[0]).copy_(scores));
        return all.MoveToOuterDisposeScope();
    }

    private static void Vote(
        Tensor bank, Tensor labels, Tensor queries, int classes, KnnOptions options, Action<Tensor, long> take)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var inverse = (1 / options.Temperature).ToScalar();
        var precision = Rows.Precision(bank, queries);
        var candidates = Rows.Unit(bank, precision).t();
        foreach (var (start, count) in Rows.Chunks(queries.shape[0], Rows.AtOnce(bank.shape[0], ElementsAtOnce)))
        {
            using var part = NewDisposeScope();
            var similarity = Rows.Unit(queries.narrow(0, start, count), precision).mm(candidates);
            var (nearest, rows) = Ranking.Largest(similarity, options.Neighbours, equalsInOrder: false);
            var weights = options.Votes == KnnVotes.Weighted
                ? nearest.sub(nearest.narrow(1, 0, 1)).mul_(inverse).exp_()
                : ones_like(nearest);
            var voters = labels.index_select(0, rows.reshape(-1)).view_as(rows);
            take(zeros([count, classes], precision, bank.device).scatter_add_(1, voters, weights), start);
        }
    }

    private static int Check(Tensor bank, Tensor labels, Tensor queries, KnnOptions options, string queriesName = "testFeatures")
    {
        Guard.Features(bank, "trainFeatures");
        var classes = Guard.Labels(labels, "trainLabels", bank, "trainFeatures");
        Guard.Features(queries, queriesName);
        Guard.Like(queries, queriesName, bank, "trainFeatures");
        Guard.Finite((bank, "trainFeatures"), (queries, queriesName));
        Guard.Between(options.Neighbours, 1, bank.shape[0], nameof(KnnOptions.Neighbours), "the rows of `trainFeatures`");
        return classes;
    }
}
