using System.Diagnostics;
using System.Globalization;
using SelfSupervised.Core;
using SelfSupervised.Core.Methods;
using SelfSupervised.Data.Batching;
using SelfSupervised.Training;
using SelfSupervised.Training.Observers;
using SelfSupervised.Training.Pretraining;
using SelfSupervised.Training.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace Samples;

/// <summary>Pretrains a method, and then asks how well the classes can be read from what was learned, from the same encoder without training, and from the pixels.</summary>
public static class SampleRun
{
    private const int MostPixels = 4096;

    /// <summary>Runs the method and its proof, and writes the report.</summary>
    /// <returns>What to end the process with: 0, or 3 if it was stopped, or 1 if it failed.</returns>
    public static int Of(SampleOptions options, SampleData data, PretrainingMethod method, ReportTexts texts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(texts);
        using var shutdown = new ShutdownSignals();
        method.to(options.Device);
        Console.WriteLine($"{data.Train.Count} images without labels, {options.TrainingSteps} steps of {options.BatchSize} on {options.Device} in {options.Precision}, seed {options.Seed}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"guessing gives a loss of {texts.ChanceFormula} = {texts.Chance:F3}"));
        var watch = Stopwatch.StartNew();
        TrainingResult result;
        try
        {
            result = Pretrain(options, data, method, options.Output, [], shutdown.Token);
        }
        catch (Exception error) when (error is IOException or InvalidDataException or NonFiniteLossException)
        {
            Console.Error.WriteLine($"error: {error.Message}");
            return 1;
        }

        var perStep = result.History.Reports.Select(one => one.SecondsPerStep).Order().ElementAtOrDefault(result.History.Reports.Count / 2);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pretraining took {watch.Elapsed.TotalSeconds:F0} s, {1000 * perStep:F1} ms per step (median)"));
        if (!result.IsComplete)
        {
            return 3;
        }

        using var scope = NewDisposeScope();
        var all = Compare(options, data, [("learned", method.Encoder)]);
        var report = Path.Combine(options.Output, "report.html");
        SampleReport.Save(report, options, data, texts, result, all);
        Console.WriteLine($"{watch.Elapsed.TotalSeconds:F0} s in all; the report is {Path.GetFullPath(report)}");
        return 0;
    }

    /// <summary>Pretrains by Adam, every player at the same rate, with checkpoints and a history in a folder.</summary>
    public static TrainingResult Pretrain(
        SampleOptions options, SampleData data, PretrainingMethod method, string folder, IReadOnlyList<ITrainingObserver> observers, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(method);
        NativeHeap.TryKeepFreedMemory();
        var plan = new BatchPlan(data.Train.Count, options.BatchSize, options.Seed, dropLast: true);
        var source = new PretrainingSource(new PrefetchingBatchSource(data.Train, plan), options.Device);
        var schedule = LearningRate.WarmupCosine(peak: 2e-3, warmupSteps: options.TrainingSteps / 10, options.TrainingSteps);
        var run = new PretrainerOptions
        {
            Steps = options.TrainingSteps,
            MicroBatch = options.MicroBatch,
            ReportEvery = Math.Max(1, options.TrainingSteps / 60),
            CheckpointFolder = Path.Combine(folder, "checkpoints"),
            CheckpointEvery = Math.Max(1, options.TrainingSteps / 5),
            Precision = options.Precision,
        };
        var csv = new CsvObserver(Path.Combine(folder, "history.csv"));
        PlayerOptimizer[] players =
        [
            .. method.Players.Select((_, player) => new PlayerOptimizer(
                optim.Adam(method.TrainedParameters(player).Select(entry => entry.Parameter), weight_decay: 1e-6), schedule)),
        ];
        try
        {
            return new Display(options.Plain).Run(observer => new Pretrainer(method, source, players, run, [observer, csv, .. observers]).Run(stop));
        }
        finally
        {
            Array.ForEach(players, player => player.Optimizer.Dispose());
        }
    }

    /// <summary>
    /// How well classes can be read from what was learned, from an untrained encoder, and from the pixels, unless these are too many for a probe
    /// in reasonable time.
    /// </summary>
    public static IReadOnlyList<Representation> Compare(
        SampleOptions options, SampleData data, IReadOnlyList<(string Name, nn.Module<Tensor, Tensor> Encoder)> learned)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(learned);
        using var untrained = data.NewEncoder(options.Seed);
        untrained.to(options.Device);
        using var pixels = nn.Flatten();
        var all = new List<Representation>();
        var networks = learned.Append(("untrained", untrained));
        foreach (var (name, network) in data.Train.Shape.Size <= MostPixels ? networks.Append(("raw pixels", pixels)) : networks)
        {
            all.Add(Representation.Of(name, network, data, options.Device, options.Seed));
            Display.Show(all[^1]);
        }

        return all;
    }
}
