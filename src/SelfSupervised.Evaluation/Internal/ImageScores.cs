using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>What a function from images to scores answers.</summary>
internal static class ImageScores
{
    /// <summary>Batch by batch, in order; the change is told each image's place. Of equal scores the lowest class wins.</summary>
    public static Accuracy Accuracy(
        Tensor images, Tensor labels, int batchSize, Func<Tensor, int[], Tensor> change, Func<Tensor, Tensor> classifier)
    {
        var (correct, rows) = (0L, images.shape[0]);
        using var noGradient = no_grad();
        foreach (var (start, count) in Rows.Chunks(rows, batchSize))
        {
            using var scope = NewDisposeScope();
            var truth = labels.narrow(0, start, count);
            var indices = Enumerable.Range((int)start, (int)count).ToArray();
            var scores = classifier(change(images.narrow(0, start, count), indices));
            Check(scores, truth);
            correct += scores.argmax(1).cpu().eq(truth).sum().item<long>();
        }

        return new Accuracy(correct, rows);
    }

    private static void Check(Tensor scores, Tensor labels)
    {
        Guard.Alive(scores, "classifier");
        var least = labels.max().item<long>() + 1;
        if (scores.ndim != 2 || scores.shape[0] != labels.shape[0] || scores.shape[1] < least)
        {
            throw new ArgumentException(
                $"Expected `classifier` to give scores of shape [{labels.shape[0]}, K], K at least {least}, but got {Guard.Text(scores.shape)}.");
        }

        if (!scores.isfinite().all().cpu().item<bool>())
        {
            throw new ArgumentException("Expected `classifier` to give finite scores, but some are NaN or infinite.");
        }
    }
}
