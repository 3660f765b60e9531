// SimCLR from end to end: pretrains on images without their labels, then asks how well the classes can be read from what was
// learned, from the same encoder without training, and from the pixels themselves.
using System.Diagnostics;
using SelfSupervised.Data.Batching;
using SelfSupervised.Training;
using SelfSupervised.Training.Observers;
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
var display = new Display(options.Plain);
var csv = new CsvObserver(Path.Combine(options.Output, "history.csv"));
TrainingResult result;
try
{
    result = display.Run(observer => new Pretrainer(method, source, optimizer, schedule, run, observer, csv).Run(shutdown.Token));
}
catch (Exception error) when (error is IOException or InvalidDataException or NonFiniteLossException)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return 1;
}

Console.WriteLine($"pretraining took {watch.Elapsed.TotalSeconds:F0} s");
if (!result.IsComplete)
{
    return 3;
}

using var untrained = Recipe.Encoder(options.Seed);
untrained.to(options.Device);
using var pixels = nn.Flatten();
using var scope = NewDisposeScope();
var all = new List<Representation>();
foreach (var (name, network) in new (string, nn.Module<Tensor, Tensor>)[] { ("learned", encoder), ("untrained", untrained), ("raw pixels", pixels) })
{
    all.Add(Representation.Of(name, network, recipe, options.Device, options.Seed));
    Display.Show(all[^1]);
}

var report = Path.Combine(options.Output, "report.html");
Report.Save(report, options, recipe, result, all);
Console.WriteLine($"{watch.Elapsed.TotalSeconds:F0} s in all; the report is {Path.GetFullPath(report)}");
return 0;
