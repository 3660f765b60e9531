// Views that are learned: a viewmaker makes them within a budget, to make the encoder's task hard. The same encoder also learns from expert views,
// from both, and from none, for as many steps; then it is asked what each has learned.
using System.Diagnostics;
using Samples;
using SelfSupervised.Training;
using SelfSupervised.Training.Pretraining;
using TorchSharp;
using ViewmakerSample;
using static TorchSharp.torch;

var defaults = new SampleDefaults("Viewmaker", Steps: 300, CifarSteps: 1000, Batch: 64, Images: 6_000, TestImages: 3_000) { Data = ["sprites", "cifar10", "sensors"] };
if (!SampleOptions.TryRead(defaults, args, out var options, out var data, out var exitCode))
{
    return exitCode;
}

using var shutdown = new ShutdownSignals();
var watch = Stopwatch.StartNew();
Console.WriteLine($"{data.Train.Count} images without labels, {options.TrainingSteps} steps of {options.BatchSize} on {options.Device}, seed {options.Seed}");
var arms = Arm.All(options, data);
try
{
    foreach (var arm in arms)
    {
        Console.WriteLine($"learning from {arm.Name}");
        arm.Method.to(options.Device);
        if (!arm.Pretrain(options, data, shutdown.Token).IsComplete)
        {
            return 3;
        }
    }

    Console.WriteLine($"pretraining took {watch.Elapsed.TotalSeconds:F0} s");
    using var scope = NewDisposeScope();
    var all = SampleRun.Compare(options, data, [.. arms.Select(arm => (arm.Name, arm.Method.Encoder))]);
    var onViews = arms.Where(arm => arm.Game is not null).Select(arm => arm.ProbedOnViews(options, data)).ToList();
    var robust = Robustness.Of(options, data, arms.Select(arm => (arm.Name, arm.Method.Encoder)), all);
    var report = Path.Combine(options.Output, "report.html");
    ViewmakerReport.Save(report, options, data, arms, all, onViews, robust);
    Console.WriteLine($"{watch.Elapsed.TotalSeconds:F0} s in all; the report is {Path.GetFullPath(report)}");
    return 0;
}
catch (Exception error) when (error is IOException or InvalidDataException or NonFiniteLossException)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return 1;
}
finally
{
    arms.ForEach(arm => arm.Dispose());
}
