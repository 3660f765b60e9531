// A short run that the tests start, kill at any moment and start again: ResumeRunner FOLDER STEPS METHOD OPTIMIZER RESULT [MICRO-BATCH].
// It says each step on a line of its own, and at the end writes every parameter and buffer to RESULT.
using System.Globalization;
using ResumeRunner;
using SelfSupervised.Core.Weights;
using SelfSupervised.Data.Batching;
using SelfSupervised.Data.Synthetic;
using SelfSupervised.Training;
using SelfSupervised.Training.Optimizers;
using SelfSupervised.Training.Pretraining;
using SelfSupervised.Training.Schedules;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

var (folder, steps, name, trainer, result) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture), args[2], args[3], args[4]);
using var shutdown = new ShutdownSignals();
manual_seed(1);
var sprites = new Sprites(100, seed: 3);
var source = new PretrainingSource(new PrefetchingBatchSource(sprites, new BatchPlan(sprites.Count, 16, seed: 4)));
using var method = SmallMethods.Of(name, sprites.Count);
var schedule = LearningRate.WarmupCosine(trainer == "lars" ? 0.5 : 1e-2, steps / 5, steps);
int? microBatch = args.Length > 5 ? int.Parse(args[5], CultureInfo.InvariantCulture) : null;
var options = new PretrainerOptions
{
    Steps = steps,
    ReportEvery = 1,
    CheckpointFolder = folder,
    CheckpointEvery = 2,
    Accumulation = 2,
    MicroBatch = microBatch,
    MaxGradientNorm = 1,
    Precision = trainer.EndsWith("bfloat16", StringComparison.Ordinal) ? ScalarType.BFloat16 : ScalarType.Float32,
};
PlayerOptimizer[] players = [.. method.Players.Select((_, player) => new PlayerOptimizer(Optimizer(player), schedule) { UpdatesPerStep = 1 + player })];
var run = new Pretrainer(method, source, players, options, new Lines()).Run(shutdown.Token);
if (run.IsComplete)
{
    using var file = File.Create(result);
    method.SaveSafetensors(file, new Dictionary<string, string> { ["losses"] = string.Join(' ', run.History.Losses.Select(BitConverter.DoubleToInt64Bits)) });
}

foreach (var player in players)
{
    player.Optimizer.Dispose();
}

return run.IsComplete ? 0 : 3;

OptimizerHelper Optimizer(int player) => trainer == "lars"
    ? new Lars(method.TrainedParameters(player), new LarsOptions(1))
    : optim.Adam(method.TrainedParameters(player).Select(entry => entry.Parameter));

internal sealed class Lines : ITrainingObserver
{
    public void OnReport(TrainingReport report) => Console.WriteLine($"step {report.Step}");

    public void OnEvent(TrainingEvent happening) => Console.WriteLine($"{happening.Kind} {happening.Step}");
}
