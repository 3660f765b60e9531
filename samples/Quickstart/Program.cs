// Trains a small encoder to tell its images apart: two random views of an image attract each other, all else repels.
using System.Diagnostics;
using Quickstart;
using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Losses;
using SelfSupervised.Core.Views;
using SelfSupervised.Data.Batching;
using SelfSupervised.Data.Synthetic;
using SelfSupervised.Training.Optimizers;
using SelfSupervised.Training.Schedules;
using TorchSharp;
using static TorchSharp.torch;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(Options.Usage);
    return 0;
}

Options options;
try
{
    options = Options.Parse(args);
}
catch (ArgumentException error)
{
    Console.Error.WriteLine($"error: {error.Message}\n{Options.Usage}");
    return 2;
}

var (steps, batch, seed, device) = options;
Console.WriteLine($"{steps} steps of {batch} images on {device}, seed {seed}");
Console.WriteLine($"guessing gives a loss of ln(2N-1) = {Math.Log(2 * batch - 1):F3} and an accuracy of 1/(2N-1) = {1.0 / (2 * batch - 1):P1}");

manual_seed(seed);
var sprites = new Sprites(Options.Images, seed, new SpriteOptions { Background = SpriteBackground.Texture });
var source = new PrefetchingBatchSource(sprites, new BatchPlan(sprites.Count, batch, seed, dropLast: true));
var plan = ViewPlan.TwoViews(new ViewPipeline(
    new RandomResizedCrop(32, 32, area: (0.4, 1)),
    new RandomHorizontalFlip(),
    ColorJitter.SimClr(strength: 0.5),
    new RandomGrayscale()));
using var encoder = new SmallConvNet(baseWidth: 16);
using var head = new ProjectionHead(encoder.FeatureDimension, [128, 64]);
encoder.to(device);
head.to(device);
using var loss = new NTXentLoss(temperature: 0.2);
var schedule = LearningRate.WarmupCosine(peak: 2e-3, warmupSteps: steps / 10, steps);
using var optimizer = optim.Adam(encoder.parameters().Concat(head.parameters()), weight_decay: 1e-6);

var watch = Stopwatch.StartNew();
var (step, lastPrint) = (0, 0);
foreach (var batched in Enumerable.Range(0, steps).SelectMany(epoch => source.Epoch(epoch)).Take(steps))
{
    // Everything that a step makes is freed at its end; parameters and the optimizer's state live outside.
    using var scope = NewDisposeScope();
    using var images = batched;
    var views = plan.Apply(images.ToBytes(device), seed, step, images.Indices);

    // Both views go through in one batch, so that batch norm's statistics mix them.
    var embeddings = head.call(encoder.call(cat([.. views]))).chunk(2);
    var value = loss.call(embeddings[0], embeddings[1]);

    optimizer.SetLearningRate(schedule(step++));
    optimizer.zero_grad();
    value.backward();
    optimizer.step();

    // Reading a number waits for the device: not at each step.
    if (step == 1 || step % Math.Max(1, steps / 10) == 0)
    {
        var accuracy = NTXent.Accuracy(embeddings);
        var milliseconds = watch.Elapsed.TotalMilliseconds / (step - lastPrint);
        Console.WriteLine($"step {step,5}  loss {value.item<float>(),6:F3}  accuracy {accuracy.item<float>(),6:P1}  {milliseconds,7:F1} ms/step");
        (watch, lastPrint) = (Stopwatch.StartNew(), step);
    }
}

return 0;
