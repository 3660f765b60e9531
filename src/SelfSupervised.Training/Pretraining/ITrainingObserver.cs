namespace SelfSupervised.Training.Pretraining;

/// <summary>Watches a run: to show it, to log it, to keep it. It is called on the run's thread.</summary>
public interface ITrainingObserver
{
    /// <summary>Some steps are done.</summary>
    /// <param name="report">How the run stands.</param>
    void OnReport(TrainingReport report);

    /// <summary>Something happened.</summary>
    /// <param name="happening">What.</param>
    void OnEvent(TrainingEvent happening);
}
