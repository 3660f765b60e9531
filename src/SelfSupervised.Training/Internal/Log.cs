using Microsoft.Extensions.Logging;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Internal;

internal static partial class Log
{
    [LoggerMessage(
        EventId = 1,
        EventName = "Report",
        Level = LogLevel.Information,
        SkipEnabledCheck = true,
        Message = "Step {Step} of {Steps}, epoch {Epoch}: loss {Loss:F4}, learning rate {LearningRate:G4}, metrics: {Metrics}; "
            + "positive similarity {PositiveSimilarity:F3}, negative similarity {NegativeSimilarity:F3}, effective rank {EffectiveRank:F1}, "
            + "alignment {Alignment:F3}, uniformity {Uniformity:F3}; {SecondsPerStep:G4} s per step, {Remaining:c} left.")]
    public static partial void Report(
        ILogger logger,
        int step,
        int steps,
        int epoch,
        double loss,
        double learningRate,
        string metrics,
        double positiveSimilarity,
        double negativeSimilarity,
        double effectiveRank,
        double alignment,
        double uniformity,
        double secondsPerStep,
        TimeSpan remaining);

    [LoggerMessage(
        EventId = 2,
        EventName = "ReportWithoutHealth",
        Level = LogLevel.Information,
        SkipEnabledCheck = true,
        Message = "Step {Step} of {Steps}, epoch {Epoch}: loss {Loss:F4}, learning rate {LearningRate:G4}, metrics: {Metrics}; "
            + "{SecondsPerStep:G4} s per step, {Remaining:c} left.")]
    public static partial void ReportWithoutHealth(
        ILogger logger,
        int step,
        int steps,
        int epoch,
        double loss,
        double learningRate,
        string metrics,
        double secondsPerStep,
        TimeSpan remaining);

    [LoggerMessage(EventId = 3, EventName = "Event", Message = "Step {Step}: {Kind}: {Message}")]
    public static partial void Happening(ILogger logger, LogLevel level, int step, TrainingEventKind kind, string message);
}
