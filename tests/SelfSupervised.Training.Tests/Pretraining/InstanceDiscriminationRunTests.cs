using SelfSupervised.Core;
using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Views;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Pretraining;

/// <summary>A method with a memory under the pretrainer: several batches in a step, and a run that goes on.</summary>
public sealed class InstanceDiscriminationRunTests : IDisposable
{
    private const int Images = 10;
    private const int Steps = 6;
    private readonly string _folder = Directory.CreateTempSubdirectory("instdisc-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void Run_StoppedAndStartedAgain_GivesTheSameBankAndZ(int negatives)
    {
        using var scope = NewDisposeScope();
        using var straight = Method(negatives, seed: 1);
        var whole = Run(straight, new PretrainerOptions { Steps = Steps, Accumulation = 2 });
        var options = new PretrainerOptions { Steps = Steps, Accumulation = 2, CheckpointFolder = _folder };
        using (var first = Method(negatives, seed: 1))
        {
            Run(first, options, stopAt: 4).Steps.Should().Be(4);
        }

        using var second = Method(negatives, seed: 7);
        Run(second, options).History.Losses.Should().Equal(whole.History.Losses);
        foreach (var (name, expected) in straight.state_dict())
        {
            TensorAssert.Same(second.state_dict()[name], expected);
        }

        // Every step took two batches of four: each image of them was updated for each batch.
        straight.Bank.Updates.sum().item<long>().Should().Be(Steps * 2 * 4);
    }

    private static TrainingResult Run(InstanceDiscrimination method, PretrainerOptions options, int stopAt = 0)
    {
        using var optimizer = optim.SGD(method.parameters(), 0.1);
        using var stop = new CancellationTokenSource();
        double Rate(long step)
        {
            if (step == stopAt - 1)
            {
                stop.Cancel();
            }

            return 0.05;
        }

        return new Pretrainer(method, new Source(), optimizer, Rate, options).Run(stop.Token);
    }

    private static InstanceDiscrimination Method(int negatives, int seed)
    {
        using var weights = new Generator((ulong)seed);
        var encoder = new SmallConvNet(2, inputChannels: 1, generator: weights);
        return new InstanceDiscrimination(
            encoder,
            ProjectionHead.Linear(encoder.FeatureDimension, 4, weights),
            new ViewPlan([new ViewPipeline(new RandomHorizontalFlip())]),
            new MemoryBank(Images, 4, seed: seed),
            new() { Temperature = 0.2, Negatives = negatives });
    }

    /// <summary>Two batches of four images an epoch, in an order of the epoch's own.</summary>
    private sealed class Source : IPretrainingSource
    {
        public int BatchesPerEpoch => 2;

        public IEnumerable<PretrainingBatch> Epoch(int epoch, int firstBatch = 0)
        {
            var order = new CounterRandom(1, purpose: 70_000, stream: (uint)epoch).Permutation(Images);
            for (var batch = firstBatch; batch < BatchesPerEpoch; batch++)
            {
                using var images = RandomTensors.Normal(1, [Images, 1, 8, 8], float32).sigmoid_();
                var indices = order[(4 * batch)..(4 * (batch + 1))];
                yield return new PretrainingBatch(images.index_select(0, tensor(Array.ConvertAll(indices, index => (long)index))), indices);
            }
        }
    }
}
