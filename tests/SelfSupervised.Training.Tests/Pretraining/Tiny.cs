using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Training.Tests.Pretraining;

/// <summary>Real methods, as small as they can be: a step takes about a millisecond.</summary>
internal static class Tiny
{
    public const int Images = 8;

    public static PretrainingMethod Method(string name)
    {
        var views = ViewPlan.TwoViews(new ViewPipeline(new RandomResizedCrop(8, 8), new RandomHorizontalFlip(), new RandomGrayscale()));
        using var generator = new Generator(1);
        nn.Module<Tensor, Tensor> Encoder() => new SmallConvNet(baseWidth: 2, generator: generator);
        nn.Module<Tensor, Tensor> Head() => ProjectionHead.MoCoV2(8, 4, generator);
        return name == nameof(SimClr)
            ? new SimClr(Encoder(), Head(), views)
            : new MoCo(Encoder, Head, views, new MoCoOptions { QueueCapacity = 20, Dimension = 4 });
    }

    /// <summary>The same images in each batch.</summary>
    internal sealed class Source : IPretrainingSource, IDisposable
    {
        private readonly int[] _indices = [.. Enumerable.Range(0, Images)];
        private readonly Tensor _images = RandomTensors.Normal(1, [Images, 3, 10, 10], float32).sigmoid_().DetachFromDisposeScope();

        public int BatchesPerEpoch => 10;

        public IEnumerable<PretrainingBatch> Epoch(int epoch, int firstBatch = 0)
        {
            for (var batch = firstBatch; batch < BatchesPerEpoch; batch++)
            {
                yield return new PretrainingBatch(_images.alias(), _indices);
            }
        }

        public void Dispose() => _images.Dispose();
    }
}
