using System.Globalization;
using Microsoft.Extensions.Logging;
using SelfSupervised.Training.Internal;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Observers;

/// <summary>Logs a run: reports as information; a collapse and a refused checkpoint as warnings, a loss that isn't finite as an error.</summary>
/// <remarks>
/// Entries are structured. A report has Step, Steps, Epoch, Loss, LearningRate, SecondsPerStep, Remaining, Metrics (text, sorted by
/// name) and, unless it lacks health, PositiveSimilarity, NegativeSimilarity, EffectiveRank, Alignment and Uniformity. An event has
/// Kind, Step and Message; it is information unless said otherwise. The identifiers of the log's own events are 1 for reports, 2 for
/// those without health and 3 for what happened.
/// </remarks>
/// <param name="logger">Where they go. It stays the caller's.</param>
public sealed class LoggerObserver(ILogger logger) : ITrainingObserver
{
    private readonly ILogger _logger = logger ?? throw new ArgumentNullException(nameof(logger));

    /// <summary>Logs how the run stands.</summary>
    /// <param name="report">How the run stands.</param>
    public void OnReport(TrainingReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (!_logger.IsEnabled(LogLevel.Information))
        {
            return;
        }

        var metrics = string.Join(
            ", ",
            report.Metrics.OrderBy(metric => metric.Key, StringComparer.Ordinal)
                .Select(metric => string.Create(CultureInfo.InvariantCulture, $"{metric.Key} {metric.Value:G6}")));
        if (report.Health is { } health)
        {
            Log.Report(
                _logger, report.Step, report.Steps, report.Epoch, report.Loss, report.LearningRate, metrics, health.PositiveSimilarity,
                health.NegativeSimilarity, health.EffectiveRank, health.Alignment, health.Uniformity, report.SecondsPerStep, report.Remaining);
        }
        else
        {
            Log.ReportWithoutHealth(
                _logger, report.Step, report.Steps, report.Epoch, report.Loss, report.LearningRate, metrics, report.SecondsPerStep, report.Remaining);
        }
    }

    /// <summary>Logs what happened.</summary>
    /// <param name="happening">What happened.</param>
    public void OnEvent(TrainingEvent happening)
    {
        ArgumentNullException.ThrowIfNull(happening);
        var level = happening.Kind switch
        {
            TrainingEventKind.Collapsed or TrainingEventKind.CheckpointRefused => LogLevel.Warning,
            TrainingEventKind.NonFiniteLoss => LogLevel.Error,
            _ => LogLevel.Information,
        };
        Log.Happening(_logger, level, happening.Step, happening.Kind, happening.Message);
    }
}
