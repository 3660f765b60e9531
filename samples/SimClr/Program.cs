// SimCLR from end to end: pretrains on images without their labels, then asks how well the classes can be read from what was
// learned, from the same encoder without training, and from the pixels themselves.
using System.Diagnostics;
using SelfSupervised.Data.Batching;
using SelfSupervised.Training;
using SelfSupervised.Training.Pretraining;
using SelfSupervised.Training.Schedules;
using SimClrSample;
using TorchSharp;
using static TorchSharp.torch;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(Options.Usage);
    return 0;
}

Options options;
Recipe recipe;
try
{
    options = Options.Parse(args);
    recipe = Recipe.Of(options);
}
catch (Exception error) when (error is ArgumentException or IOException)
{
    Console.Error.WriteLine($"error: {error.Message}\n{Options.Usage}");
    return 2;
}

using var shutdown = new ShutdownSignals();
using var encoder = Recipe.Encoder(options.Seed);
using var method = recipe.Method(encoder, options.Seed);
method.to(options.Device);
var plan = new BatchPlan(recipe.Train.Count, options.BatchSize, options.Seed, dropLast: true);
var source = new PretrainingSource(new PrefetchingBatchSource(recipe.Train, plan), options.Device);
using var optimizer = optim.Adam(method.TrainedParameters().Select(entry => entry.Parameter), weight_decay: 1e-6);
var schedule = LearningRate.WarmupCosine(peak: 2e-3, warmupSteps: options.TrainingSteps / 10, options.TrainingSteps);
var run = new PretrainerOptions
{
    Steps = options.TrainingSteps,
    ReportEvery = Math.Max(1, options.TrainingSteps / 60),
    CheckpointFolder = Path.Combine(options.Output, "checkpoints"),
    CheckpointEvery = Math.Max(1, options.TrainingSteps / 5),
};

Console.WriteLine($"{recipe.Train.Count} images without labels, {run.Steps} steps of {options.BatchSize} on {options.Device}, seed {options.Seed}");
Console.WriteLine($"guessing gives a loss of ln(2N-1) = {Math.Log((2 * options.BatchSize) - 1):F3}");
var watch = Stopwatch.StartNew();
var result = new Pretrainer(method, source, optimizer, schedule, run, new Lines()).Run(shutdown.Token);
Console.WriteLine($"pretraining took {watch.Elapsed.TotalSeconds:F0} s");
if (!result.IsComplete)
{
    return 3;
}

using var untrained = Recipe.Encoder(options.Seed);
untrained.to(options.Device);
using var pixels = nn.Flatten();
foreach (var (name, network) in new (string, nn.Module<Tensor, Tensor>)[] { ("learned", encoder), ("untrained", untrained), ("raw pixels", pixels) })
{
    var one = Representation.Of(name, network, recipe, options.Device, options.Seed);
    Console.WriteLine($"{name,-12} linear probe {one.Probe.Test.Top1}  kNN {one.Knn.Test.Top1}  effective rank {one.Spectrum.EffectiveRank:F1} of {one.Probe.Dimension}   {watch.Elapsed.TotalSeconds:F0} s");
    one.Test.Dispose();
}

return 0;

internal sealed class Lines : ITrainingObserver
{
    public void OnReport(TrainingReport report) => Console.WriteLine(
        $"step {report.Step,5}  loss {report.Loss,6:F3}  accuracy {report.Metrics["accuracy"],6:P1}  rank {report.Health!.EffectiveRank,5:F1}  {report.SecondsPerStep * 1e3,6:F1} ms/step  {report.Remaining.TotalSeconds:F0} s left");

    public void OnEvent(TrainingEvent happening) => Console.WriteLine($"{happening.Kind}: {happening.Message}");
}
