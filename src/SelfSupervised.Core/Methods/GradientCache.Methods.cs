using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

public static partial class GradientCache
{
    /// <summary>Computes a method's loss on a batch and adds its gradient to the parameters', so many images being embedded at a time.</summary>
    /// <remarks>
    /// The batch is divided into as few parts as that allows, of sizes that differ by one at most. A batch that is no larger is embedded at once,
    /// and gives the bits of <c>Compute</c> and <c>backward</c>.
    /// </remarks>
    /// <param name="method">The method.</param>
    /// <param name="batch">As the method takes it.</param>
    /// <param name="microBatch">The most images that are embedded at a time, at least 1.</param>
    /// <param name="player">The player, from 0 (default).</param>
    /// <param name="weight">What the loss is multiplied by before its gradient is taken, finite and above 0. Default 1.</param>
    /// <returns>What the method computes, the loss being without graph and without the weight. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The method is not separable, there is not one index for each image, or as the method.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range, or there is no such player.</exception>
    /// <exception cref="InvalidOperationException">No embedding requires a gradient.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    /// <example><code>
    /// using var output = GradientCache.Backward(method, batch, microBatch: 64);
    /// optimizer.step();
    /// method.AfterStep();
    /// </code></example>
    public static MethodOutput Backward(SeparableMethod method, PretrainingBatch batch, int microBatch, int player = 0, double weight = 1)
    {
        Check(method, batch, microBatch, player, weight);
        using var scope = NewDisposeScope();
        using var factor = weight.ToScalar();
        var parts = Parts(batch, microBatch);
        MethodOutput output;
        if (parts.Count == 1)
        {
            output = method.Compute(batch, player);
            output.Loss.mul(factor).backward();
            output = output with { Loss = output.Loss.detach() };
        }
        else
        {
            output = null!;
            Backward(
                [.. method.ReplayedModules],
                parts.Count,
                part => method.Embed(parts[part], player, trainedOnly: false),
                embeddings =>
                {
                    var compared = method.Compare(embeddings, batch, player);
                    output = compared with { Loss = compared.Loss.detach() };
                    foreach (var tensor in output.Embeddings.Concat(output.Metrics.Values).Append(output.Loss))
                    {
                        _ = tensor.MoveToOtherDisposeScope(scope);
                    }

                    return compared.Loss.mul(factor);
                },
                part => method.Embed(parts[part], player, trainedOnly: true)).Dispose();
        }

        scope.MoveToOuter([output.Loss, .. output.Embeddings, .. output.Metrics.Values]);
        return output;
    }

    // Views of the batch's images, in the caller's scope.
    private static List<PretrainingBatch> Parts(PretrainingBatch batch, int most)
    {
        long images = batch.Indices.Length;
        var parts = (images + most - 1) / most;
        return [.. Enumerable.Range(0, (int)parts).Select(part =>
        {
            var (first, end) = ((int)(part * images / parts), (int)((part + 1) * images / parts));
            return batch with { Images = batch.Images.narrow(0, first, end - first), Indices = batch.Indices[first..end], WithMetrics = false };
        })];
    }
}
