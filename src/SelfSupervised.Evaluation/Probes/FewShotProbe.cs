using SelfSupervised.Core;
using SelfSupervised.Evaluation.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>Linear classification from a few labelled examples of each class, on frozen features.</summary>
/// <remarks>
/// Each draw takes k training examples of every class at random, trains softmax regression on them by Adam (β 0.9 and 0.999,
/// ε 1e-8) from small random weights, all examples in each step, and is tested on the whole test set. Nothing is chosen by the test set.
/// The protocol is that of Xiao et al., "What Should Not Be Contrastive in Contrastive Learning", 2020 (arXiv:2008.05659). Features
/// are taken as they are. Products are Float32, or Float64 if an input is.
/// </remarks>
public static class FewShotProbe
{
    /// <summary>Draws, trains and tests.</summary>
    /// <param name="trainFeatures">[N, d].</param>
    /// <param name="trainLabels">Int64 [N] on the same device, classes from 0, at least k of each; the number of classes C is the largest plus 1.</param>
    /// <param name="testFeatures">[M, d] on the same device, M ≥ 1.</param>
    /// <param name="testLabels">Int64 [M], each below C.</param>
    /// <param name="protocol">Shots, draws and training.</param>
    /// <param name="seed">What draws and initial weights follow from.</param>
    /// <returns>Mean accuracy with its interval over draws, and each draw's.</returns>
    /// <exception cref="ArgumentException">
    /// An input has another shape, type or device than described above or is not finite, or classes have fewer than k training examples.
    /// </exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>Console.WriteLine(FewShotProbe.Evaluate(train, trainLabels, test, testLabels, new FewShotProtocol(shots: 5), seed: 1).Top1);</code></example>
    public static FewShotResult Evaluate(
        Tensor trainFeatures, Tensor trainLabels, Tensor testFeatures, Tensor testLabels, FewShotProtocol protocol, long seed)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        var classes = ProbeInput.Check(trainFeatures, trainLabels, testFeatures, testLabels);
        var members = Members(Rows.ToArray<long>(trainLabels), classes, protocol.Shots);
        var draws = Enumerable.Range(0, protocol.Draws).Select(draw => Train(
            trainFeatures, Drawn(members, protocol.Shots, seed, draw), protocol, seed, draw).Classify(testFeatures, testLabels).Top1).ToArray();
        return new FewShotResult
        {
            Top1 = new MeanEstimate(Array.ConvertAll(draws, one => one.Value)),
            Draws = draws,
            Protocol = protocol,
            Seed = seed,
            Classes = classes,
            Dimension = trainFeatures.shape[1],
            SharedRows = Overlap.Count(trainFeatures, testFeatures),
        };
    }

    /// <summary>Of each class k rows, class after class: the first of a random order.</summary>
    internal static long[] Drawn(long[][] members, int shots, long seed, int draw) => members.SelectMany((rows, c) =>
    {
        var random = new CounterRandom(seed, RandomPurpose.FewShotDraw, (uint)c, (uint)draw);
        return random.Permutation(rows.Length).Take(shots).Select(place => rows[place]);
    }).ToArray();

    private static long[][] Members(long[] trainLabels, int classes, int shots)
    {
        var members = Enumerable.Range(0, classes).Select(_ => new List<long>()).ToArray();
        for (var row = 0; row < trainLabels.Length; row++)
        {
            members[trainLabels[row]].Add(row);
        }

        var small = Enumerable.Range(0, classes).Where(c => members[c].Count < shots).Select(c => $"class {c} has {members[c].Count}").ToArray();
        return small.Length == 0
            ? Array.ConvertAll(members, rows => rows.ToArray())
            : throw new ArgumentException($"Expected `trainLabels` to hold at least {shots} of each class, but {string.Join(", ", small)}.", nameof(trainLabels));
    }

    private static LinearClassifier Train(Tensor features, long[] rows, FewShotProtocol protocol, long seed, int draw)
    {
        using var scope = NewDisposeScope();
        var x = features.index_select(0, tensor(rows, device: features.device)).to(Rows.Precision(features)).detach();
        var classes = rows.Length / protocol.Shots;
        var width = (int)x.shape[1];
        var labels = arange(classes, ScalarType.Int64, x.device).repeat_interleave(protocol.Shots);
        var initial = new double[classes * (width + 1)];
        for (var c = 0; c < classes; c++)
        {
            var random = new CounterRandom(seed, RandomPurpose.FewShotWeights, (uint)c, (uint)draw);
            foreach (ref var weight in initial.AsSpan(c * (width + 1), width))
            {
                weight = protocol.InitialDeviation * random.Normal();
            }
        }

        var weights = tensor(initial, [classes, width + 1], x.dtype, x.device);
        AdamSoftmax.Train(weights, x, labels, protocol.LearningRate, protocol.Iterations);
        return new LinearClassifier(Rows.ToArray<double>(weights.to(ScalarType.Float64)), classes);
    }
}
