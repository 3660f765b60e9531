namespace SelfSupervised.Training.Pretraining;

/// <summary>How a run stands after some step.</summary>
/// <param name="Step">The steps done, from 1 to <paramref name="Steps"/>.</param>
/// <param name="Steps">The steps in all.</param>
/// <param name="Epoch">The epoch of the step's last batch, from 0.</param>
/// <param name="Loss">The mean loss over the steps since the last report; of the first player.</param>
/// <param name="LearningRate">The rate of the step; of the first player.</param>
/// <param name="Metrics">The method's metrics on the step's last batch, and the losses of further players as "loss (name)".</param>
/// <param name="Health">Measures of the embeddings of that batch, or null if it had one image.</param>
/// <param name="SecondsPerStep">The time per step since the last report.</param>
public sealed record TrainingReport(
    int Step,
    int Steps,
    int Epoch,
    double Loss,
    double LearningRate,
    IReadOnlyDictionary<string, double> Metrics,
    RepresentationHealth? Health,
    double SecondsPerStep)
{
    /// <summary>The time that the rest will take at this pace.</summary>
    public TimeSpan Remaining => TimeSpan.FromSeconds(SecondsPerStep * (Steps - Step));
}
