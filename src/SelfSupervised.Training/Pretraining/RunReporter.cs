using SelfSupervised.Core.Methods;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Pretraining;

/// <summary>Makes a run's reports, keeps them, and tells the observers of them and of what happens.</summary>
internal sealed class RunReporter(IReadOnlyList<ITrainingObserver> observers, TrainingHistory history)
{
    private bool _wasCollapsed;

    public void Report(
        int step,
        int steps,
        int epoch,
        double learningRate,
        MethodOutput output,
        IReadOnlyDictionary<string, double> otherLosses,
        double secondsPerStep)
    {
        var before = history.Reports.Count == 0 ? 0 : history.Reports[^1].Step;
        var metrics = output.Metrics.ToDictionary(entry => entry.Key, entry => entry.Value.to(ScalarType.Float64).cpu().item<double>());
        foreach (var (player, loss) in otherLosses)
        {
            metrics[$"loss ({player})"] = loss;
        }

        var health = output.Embeddings[0].shape[0] < 2 ? null : RepresentationHealth.Measure(output.Embeddings);
        var report = new TrainingReport(
            step, steps, epoch, history.Losses.Skip(before).Average(), learningRate, metrics, health, secondsPerStep);
        history.Add(report);
        foreach (var observer in observers)
        {
            observer.OnReport(report);
        }

        var isCollapsed = health is { IsCollapsed: true };
        if (isCollapsed && !_wasCollapsed)
        {
            Tell(
                TrainingEventKind.Collapsed,
                step,
                $"All images look alike: the negative similarity is {health!.NegativeSimilarity:F3}, the effective rank {health.EffectiveRank:F1}.");
        }

        _wasCollapsed = isCollapsed;
    }

    public void Tell(TrainingEventKind kind, int step, string message)
    {
        foreach (var observer in observers)
        {
            observer.OnEvent(new TrainingEvent(kind, step, message));
        }
    }
}
