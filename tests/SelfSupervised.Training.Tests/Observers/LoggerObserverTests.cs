using Microsoft.Extensions.Logging;
using SelfSupervised.Training.Observers;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Observers;

public sealed class LoggerObserverTests
{
    private readonly ListLogger _logger = new();

    [Fact]
    public void OnReport_Everything_IsStructuredInformation()
    {
        Run.InGerman(() => new LoggerObserver(_logger).OnReport(Run.Report(50, ("temperature", 0.5), ("accuracy", 0.125))));
        var (level, id, message, values) = _logger.Entries.Should().ContainSingle().Subject;
        (level, id.Id).Should().Be((LogLevel.Information, 1));
        message.Should().Be(
            "Step 50 of 1000, epoch 0: loss 1234.5678, learning rate 0.1, metrics: accuracy 0.125, temperature 0.5; positive similarity 0.750, "
            + "negative similarity 0.125, effective rank 31.5, alignment 0.500, uniformity -2.250; 0.25 s per step, 00:03:57.5000000 left.");
        values.Should().Contain("Step", 50).And.Contain("Steps", 1000).And.Contain("Epoch", 0).And.Contain("Loss", 1234.5678)
            .And.Contain("LearningRate", 0.1).And.Contain("Metrics", "accuracy 0.125, temperature 0.5").And.Contain("PositiveSimilarity", 0.75)
            .And.Contain("NegativeSimilarity", 0.125).And.Contain("EffectiveRank", 31.5).And.Contain("Alignment", 0.5)
            .And.Contain("Uniformity", -2.25).And.Contain("SecondsPerStep", 0.25).And.Contain("Remaining", TimeSpan.FromSeconds(237.5));
    }

    [Fact]
    public void OnReport_NoHealth_LeavesItOut()
    {
        new LoggerObserver(_logger).OnReport(Run.Report(50, ("accuracy", 0.125)) with { Health = null });
        var (level, id, message, values) = _logger.Entries.Should().ContainSingle().Subject;
        (level, id.Id).Should().Be((LogLevel.Information, 2));
        message.Should().Be("Step 50 of 1000, epoch 0: loss 1234.5678, learning rate 0.1, metrics: accuracy 0.125; 0.25 s per step, 00:03:57.5000000 left.");
        values.Should().NotContainKey("EffectiveRank");
    }

    [Theory]
    [InlineData(TrainingEventKind.Started, LogLevel.Information)]
    [InlineData(TrainingEventKind.Resumed, LogLevel.Information)]
    [InlineData(TrainingEventKind.CheckpointWritten, LogLevel.Information)]
    [InlineData(TrainingEventKind.CheckpointRefused, LogLevel.Warning)]
    [InlineData(TrainingEventKind.Collapsed, LogLevel.Warning)]
    [InlineData(TrainingEventKind.NonFiniteLoss, LogLevel.Error)]
    [InlineData(TrainingEventKind.Stopped, LogLevel.Information)]
    [InlineData(TrainingEventKind.Completed, LogLevel.Information)]
    public void OnEvent_EachKind_HasItsLevel(TrainingEventKind kind, LogLevel expected)
    {
        new LoggerObserver(_logger).OnEvent(Run.Event(kind, 1500));
        var (level, id, message, values) = _logger.Entries.Should().ContainSingle().Subject;
        (level, id.Id, message).Should().Be((expected, 3, $"Step 1500: {kind}: So it is."));
        values.Should().Contain("Kind", kind).And.Contain("Step", 1500).And.Contain("Message", "So it is.");
    }

    [Fact]
    public void OnReport_LevelSwitchedOff_LogsErrorsOnly()
    {
        _logger.Least = LogLevel.Error;
        var observer = new LoggerObserver(_logger);
        observer.OnReport(Run.Report(50));
        observer.OnEvent(Run.Event(TrainingEventKind.Collapsed));
        observer.OnEvent(Run.Event(TrainingEventKind.NonFiniteLoss));
        _logger.Entries.Should().ContainSingle().Which.Level.Should().Be(LogLevel.Error);
    }

    [Fact]
    public void Arguments_Bad_Throw()
    {
        FluentActions.Invoking(() => new LoggerObserver(null!)).Should().Throw<ArgumentNullException>().WithParameterName("logger");
        var observer = new LoggerObserver(_logger);
        observer.Invoking(it => it.OnReport(null!)).Should().Throw<ArgumentNullException>().WithParameterName("report");
        observer.Invoking(it => it.OnEvent(null!)).Should().Throw<ArgumentNullException>().WithParameterName("happening");
    }

    private sealed class ListLogger : ILogger
    {
        public LogLevel Least { get; set; }

        public List<(LogLevel Level, EventId Id, string Message, Dictionary<string, object?> Values)> Entries { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= Least;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Add((logLevel, eventId, formatter(state, exception), new((IReadOnlyList<KeyValuePair<string, object?>>)state!)));
    }
}
