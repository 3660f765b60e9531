using SelfSupervised.Training.Pretraining;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Observers;

/// <summary>Keeps a run as scalars that TensorBoard shows, in an event file of TorchSharp's writer.</summary>
/// <remarks>
/// The tags are loss, learning_rate, health/positive_similarity, health/negative_similarity, health/effective_rank, health/alignment,
/// health/uniformity, and metrics/NAME for each metric; values are rounded to float32. Events aren't kept. Each observer begins a file of
/// its own, and TensorBoard joins those of a folder: give each run a folder. A resumed run takes the same one; of the steps that an
/// interrupted run did after its last checkpoint, both points stay.
/// </remarks>
public sealed class TensorBoardObserver : ITrainingObserver
{
    private readonly SummaryWriter _writer;

    /// <summary>Begins an event file.</summary>
    /// <param name="folder">Where. It is made if there is none.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public TensorBoardObserver(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        _writer = utils.tensorboard.SummaryWriter(folder);
    }

    /// <summary>Adds a point to each scalar. The file is closed in between.</summary>
    /// <param name="report">How the run stands.</param>
    /// <exception cref="IOException">The file can't be written.</exception>
    public void OnReport(TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        Add("loss", report.Loss);
        Add("learning_rate", report.LearningRate);
        foreach (var (name, value) in report.Health is { } health ? Measures.Names.Zip(Measures.Values(health)) : [])
        {
            Add($"health/{name}", value);
        }

        foreach (var (name, value) in report.Metrics)
        {
            Add($"metrics/{name}", value);
        }

        void Add(string tag, double value) => _writer.add_scalar(tag, (float)value, report.Step);
    }

    /// <summary>Does nothing.</summary>
    /// <param name="happening">What happened.</param>
    public void OnEvent(TrainingEvent happening) => ArgumentNullException.ThrowIfNull(happening);
}
