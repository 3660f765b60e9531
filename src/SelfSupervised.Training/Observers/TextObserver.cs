using System.Globalization;
using System.Text;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Observers;

/// <summary>Shows a run as plain lines, where there is no terminal: one per report and one per event.</summary>
/// <remarks>
/// <code>
/// step 0: started: SimClr: 1000 steps of 1 batches.
/// step 50 of 1000, epoch 0, loss 4.8210, accuracy 12.5%, rank 31.4, 84.2 ms/step, 0:01:20 left
/// </code>
/// Numbers are in the invariant culture. The accuracy is the metric of that name, if there is one; the rank is the effective one.
/// </remarks>
/// <param name="writer">Where they go; flushed after each. It stays the caller's.</param>
public sealed class TextObserver(TextWriter writer) : ITrainingObserver
{
    private readonly TextWriter _writer = writer ?? throw new ArgumentNullException(nameof(writer));

    /// <summary>Writes how the run stands.</summary>
    /// <param name="report">How the run stands.</param>
    public void OnReport(TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var culture = CultureInfo.InvariantCulture;
        var line = new StringBuilder()
            .Append(culture, $"step {report.Step} of {report.Steps}, epoch {report.Epoch}, loss {report.Loss:F4}");
        if (report.Metrics.TryGetValue("accuracy", out var accuracy))
        {
            line.Append(culture, $", accuracy {100 * accuracy:F1}%");
        }

        if (report.Health is { } health)
        {
            line.Append(culture, $", rank {health.EffectiveRank:F1}");
        }

        var left = report.Remaining;
        Write(line.Append(culture, $", {1000 * report.SecondsPerStep:F1} ms/step, {(long)left.TotalHours}:{left:mm\\:ss} left").ToString());
    }

    /// <summary>Writes what happened.</summary>
    /// <param name="happening">What happened.</param>
    public void OnEvent(TrainingEvent happening)
    {
        ArgumentNullException.ThrowIfNull(happening);
        Write(string.Create(CultureInfo.InvariantCulture, $"step {happening.Step}: {Words(happening.Kind)}: {Measures.Line(happening.Message)}"));
    }

    private static string Words(TrainingEventKind kind) => kind switch
    {
        TrainingEventKind.CheckpointWritten => "checkpoint written",
        TrainingEventKind.CheckpointRefused => "checkpoint refused",
        TrainingEventKind.NonFiniteLoss => "loss not finite",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private void Write(string line)
    {
        _writer.WriteLine(line);
        _writer.Flush();
    }
}
