using System.Globalization;
using SelfSupervised.Training.Observers;
using SelfSupervised.Training.Pretraining;
using Spectre.Console;

namespace Samples;

/// <summary>Shows a run: a live bar in a terminal, plain lines elsewhere; and the table of what was learned.</summary>
public sealed class Display(bool plain)
{
    private readonly bool _isLive = !plain && !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Interactive;

    /// <summary>Runs with whoever shows it.</summary>
    public TrainingResult Run(Func<ITrainingObserver, TrainingResult> run) => !_isLive
        ? run(new TextObserver(Console.Out))
        : AnsiConsole.Progress()
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context => run(new Bar(context.AddTask("pretraining"))));

    /// <summary>A line of what was learned.</summary>
    public static void Show(Representation one) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{one.Name,-12} linear probe {one.Probe.Test.Top1}   neighbours {one.Knn.Test.Top1}   effective rank {one.Spectrum.EffectiveRank:F1} of {one.Probe.Dimension}"));

    private sealed class Bar(ProgressTask task) : ITrainingObserver
    {
        public void OnReport(TrainingReport report)
        {
            task.MaxValue = report.Steps;
            task.Value = report.Step;
            task.Description = string.Create(
                CultureInfo.InvariantCulture,
                $"step {report.Step} of {report.Steps}  loss {report.Loss:F3}  accuracy {report.Metrics["accuracy"]:P0}  {1 / report.SecondsPerStep:F1} steps/s");
        }

        public void OnEvent(TrainingEvent happening)
        {
            if (happening.Kind is not (TrainingEventKind.CheckpointWritten or TrainingEventKind.Started))
            {
                AnsiConsole.MarkupLineInterpolated($"{happening.Kind}: {happening.Message}");
            }
        }
    }
}
