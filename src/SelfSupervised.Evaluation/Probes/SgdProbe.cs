using SelfSupervised.Core;
using SelfSupervised.Evaluation.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>The linear probe as it is mostly published: softmax regression by SGD with momentum under a fixed protocol.</summary>
/// <remarks>
/// <para>
/// The test set is looked at once, after the last step: nothing is chosen by it, neither an epoch nor a rate. With the
/// gradient g of a batch's mean cross-entropy, v ← m·v + g + λw and w ← w − γ·v, or with Nesterov w ← w − γ·(g + λw + m·v), as
/// PyTorch does it. Order and initial weights are drawn from the seed, each epoch's order by itself.
/// </para>
/// <para>Products are Float32, or Float64 if an input is. <see cref="SgdProtocol"/> names the sources of the protocols.</para>
/// </remarks>
public static class SgdProbe
{
    /// <summary>Trains and tests.</summary>
    /// <param name="trainFeatures">[N, d].</param>
    /// <param name="trainLabels">Int64 [N] on the same device, classes from 0; the number of classes C is the largest plus 1.</param>
    /// <param name="testFeatures">[M, d] on the same device, M ≥ 1.</param>
    /// <param name="testLabels">Int64 [M], each below C.</param>
    /// <param name="protocol">Rate, schedule, epochs, batches.</param>
    /// <param name="seed">What order and initial weights follow from.</param>
    /// <returns>The answers, the classifier and the protocol.</returns>
    /// <exception cref="ArgumentException">An input has another shape, type or device than described above, or is not finite.</exception>
    /// <exception cref="InvalidOperationException">The loss became NaN or infinite: the rate is too high for these features.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    /// <example><code>var probe = SgdProbe.Evaluate(train, trainLabels, test, testLabels, SgdProtocol.MoCo, seed: 1);</code></example>
    public static SgdProbeResult Evaluate(
        Tensor trainFeatures,
        Tensor trainLabels,
        Tensor testFeatures,
        Tensor testLabels,
        SgdProtocol protocol,
        long seed)
    {
        ArgumentNullException.ThrowIfNull(protocol);
        var classes = ProbeInput.Check(trainFeatures, trainLabels, testFeatures, testLabels);
        var (classifier, losses) = Train(trainFeatures, trainLabels, classes, protocol, seed);
        return new SgdProbeResult
        {
            Test = classifier.Classify(testFeatures, testLabels),
            Train = classifier.Classify(trainFeatures, trainLabels).Top1,
            Losses = losses,
            Classifier = classifier,
            Protocol = protocol,
            Seed = seed,
            TrainCount = trainFeatures.shape[0],
            Dimension = trainFeatures.shape[1],
            SharedRows = Overlap.Count(trainFeatures, testFeatures),
        };
    }

    private static (LinearClassifier Classifier, double[] Losses) Train(
        Tensor features, Tensor labels, int classes, SgdProtocol protocol, long seed)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (rows, width) = (features.shape[0], features.shape[1]);
        var standardiser = protocol.Standardise ? Standardiser.Of(features) : Standardiser.None(width);
        var x = protocol.Standardise
            ? standardiser.Apply(features, Rows.Precision(features))
            : features.to(Rows.Precision(features));
        var weights = tensor(InitialWeights(classes, width, protocol.InitialDeviation, seed), [classes, width + 1], x.dtype, x.device);
        using var sgd = new SgdSoftmax(weights, protocol);

        var batches = ((rows - 1) / protocol.BatchSize) + 1;
        var losses = new double[protocol.Epochs];
        for (var epoch = 0; epoch < protocol.Epochs; epoch++)
        {
            using var part = NewDisposeScope();
            var random = new CounterRandom(seed, RandomPurpose.ProbeOrder, (uint)epoch);
            var order = tensor(Array.ConvertAll(random.Permutation((int)rows), i => (long)i), device: x.device);
            var sum = zeros(1, ScalarType.Float64, x.device);
            foreach (var (start, count) in Rows.Chunks(rows, protocol.BatchSize))
            {
                using var batch = NewDisposeScope();
                var chosen = order.narrow(0, start, count);
                var rate = protocol.RateAt(epoch, (epoch * batches) + (start / protocol.BatchSize), protocol.Epochs * batches);
                sum.add_(sgd.Step(x.index_select(0, chosen), labels.index_select(0, chosen), rate));
            }

            losses[epoch] = sum.cpu().item<double>() / rows;
            if (!double.IsFinite(losses[epoch]))
            {
                throw new InvalidOperationException(
                    $"Expected the probe's loss to stay finite, but in epoch {epoch} of protocol \"{protocol.Name}\" it became {losses[epoch]}: "
                    + $"a learning rate of {protocol.LearningRate} is too high for these features.");
            }
        }

        var values = Rows.ToArray<double>(weights.to(ScalarType.Float64));
        return (new LinearClassifier(values, classes).Before(standardiser), losses);
    }

    private static double[] InitialWeights(int classes, long width, double deviation, long seed)
    {
        var values = new double[classes * (width + 1)];
        for (var c = 0; c < classes; c++)
        {
            var random = new CounterRandom(seed, RandomPurpose.ProbeWeights, (uint)c);
            for (var j = 0; j < width; j++)
            {
                values[(c * (width + 1)) + j] = deviation * random.Normal();
            }
        }

        return values;
    }
}
