// What should not be contrastive: an augmentation in the views makes MoCo forget what it changes; LooC gives it a space of its own, and the
// representation keeps it. Sprites tell, since their shape, colour and rotation are known. Every way of learning is run with several seeds.
using System.Diagnostics;
using LooCSample;
using Samples;
using SelfSupervised.Training;
using SelfSupervised.Training.Pretraining;

var defaults = new SampleDefaults("LooC", Steps: 1200, Batch: 64, Images: 5_000, TestImages: 2_000) { Data = ["sprites"] };
if (!SampleOptions.TryRead(defaults, args, out var options, out _, out var exitCode))
{
    return exitCode;
}

using var shutdown = new ShutdownSignals();
var watch = Stopwatch.StartNew();
var data = FactorData.Of(options);
Console.WriteLine($"{options.TrainImages} sprites, {options.TrainingSteps} steps of {options.BatchSize} on {options.Device}");
try
{
    var study = new Study(options, data);
    foreach (var seed in Enumerable.Range(options.Seed, options.Smoke ? 1 : Study.Seeds))
    {
        if (!study.Run(seed, shutdown.Token))
        {
            return 3;
        }

        Console.WriteLine($"{watch.Elapsed.TotalSeconds:F0} s");
    }

    study.Print(Console.Out);
    var report = Path.Combine(options.Output, "report.html");
    LooCReport.Save(report, options, data, study);
    Console.WriteLine($"{watch.Elapsed.TotalSeconds:F0} s in all; the report is {Path.GetFullPath(report)}");
    return 0;
}
catch (Exception error) when (error is IOException or InvalidDataException or NonFiniteLossException)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return 1;
}
