// MoCo without a trainer: the loop written out, from sprites to nearest neighbours. `MoCoByHand [STEPS]`, 600 unless given.
using SelfSupervised.Core;
using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Momentum;
using SelfSupervised.Core.Views;
using SelfSupervised.Data;
using SelfSupervised.Data.Batching;
using SelfSupervised.Data.Synthetic;
using SelfSupervised.Evaluation.Features;
using SelfSupervised.Evaluation.Neighbours;
using SelfSupervised.Training.Optimizers;
using SelfSupervised.Training.Schedules;
using TorchSharp;
using static TorchSharp.torch;

const int batchSize = 128;
const long seed = 1;
if (args.Length > 1 || !int.TryParse(args.FirstOrDefault("600"), out var steps) || steps < 1)
{
    Console.Error.WriteLine("usage: MoCoByHand [STEPS], a whole number from 1 up");
    return 2;
}

// A step on a CPU is faster when the memory of the one before is still there.
NativeHeap.TryKeepFreedMemory();

// The images, and two random views of each.
var train = new Sprites(10_000, seed);
var source = new PrefetchingBatchSource(train, new BatchPlan(train.Count, batchSize, seed, dropLast: true));
var views = ViewPlan.TwoViews(new ViewPipeline(
    new RandomResizedCrop(32, 32, area: (0.4, 1)), new RandomHorizontalFlip(), new RightAngleRotation(), new ColorJitter(0.4, 0.4, 0.4, 0.5), new RandomGrayscale()));

// What is trained, its slow copy, and the memory of the copy's last keys.
manual_seed(seed);
using var encoder = new SmallConvNet();
using var head = ProjectionHead.SimClrV1Code(encoder.FeatureDimension);
using var keyEncoder = new MomentumEncoder(encoder, () => new SmallConvNet(), MomentumSchedule.Constant(0.9));
using var keyHead = new MomentumEncoder(head, () => ProjectionHead.SimClrV1Code(encoder.FeatureDimension), MomentumSchedule.Constant(0.9));
using var queue = new KeyQueue(capacity: 4 * batchSize, dimension: 128, QueueStart.Random, seed);
using var optimizer = optim.Adam(encoder.parameters().Concat(head.parameters()), weight_decay: 1e-6);
var schedule = LearningRate.WarmupCosine(peak: 2e-3, warmupSteps: steps / 10, steps);

Neighbours("untrained");
var step = 0;
foreach (var images in Enumerable.Range(0, int.MaxValue).SelectMany(epoch => source.Epoch(epoch)).Take(steps))
{
    // All that a step makes is freed at its end.
    using var scope = NewDisposeScope();
    using var batch = images;
    var pair = views.Apply(batch.ToBytes(), seed, step, batch.Indices);

    // A query is to find its key among those of the queue, other keys of the same image not counted.
    var queries = head.call(encoder.call(pair[0]));
    var keys = keyHead.call(keyEncoder.call(pair[1]));
    var sameImage = queue.SameImage(batch.Indices);
    var loss = InfoNCE.LossAgainst(queries, keys, queue.Keys(), temperature: 0.2, sameImage, unitNegatives: true);
    optimizer.zero_grad();
    loss.backward();
    optimizer.SetLearningRate(schedule(step));
    optimizer.step();

    // Then the copy follows, and the keys enter the queue.
    keyEncoder.Update(encoder);
    keyHead.Update(head);
    queue.Enqueue(keys, batch.Indices, step);
    if (++step % Math.Max(1, steps / 10) == 0)
    {
        Console.WriteLine($"step {step,5}  loss {loss.item<float>():F3}, of ln(1 + K) = {Math.Log(1 + queue.Count):F3}");
    }
}

Neighbours("learned");
return 0;

// The labels serve only here: how many test images have the class that their nearest training images have?
void Neighbours(string name)
{
    using var scope = NewDisposeScope();
    var test = new Sprites(2_000, seed + 1_000_000);
    var result = WeightedKnn.Evaluate(Features(train), Labels(train), Features(test), Labels(test));
    Console.WriteLine($"{name}: nearest neighbours {result.Test.Top1}, by chance {1.0 / test.Labels!.Cardinality:F3}");
}

Tensor Features(ImageSet set) => FeatureExtractor.Extract(encoder, new BatchSource(set, new BatchPlan(set.Count, 500)).Epoch(0).Select(batch =>
{
    using (batch)
    {
        return batch.ToTensor();
    }
}));

static Tensor Labels(ImageSet set) => tensor(set.Labels!.Values.ToArray(), dtype: int64);
