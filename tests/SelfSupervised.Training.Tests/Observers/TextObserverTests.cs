using SelfSupervised.Training.Observers;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Observers;

public sealed class TextObserverTests : IDisposable
{
    private readonly StringWriter _text = new() { NewLine = "\n" };

    public void Dispose() => _text.Dispose();

    [Fact]
    public void OnReport_Everything_IsOneLine()
    {
        Run.InGerman(() => new TextObserver(_text).OnReport(Run.Report(50, ("accuracy", 0.125), ("temperature", 0.5))));
        _text.ToString().Should().Be("step 50 of 1000, epoch 0, loss 1234.5678, accuracy 12.5%, rank 31.5, 250.0 ms/step, 0:03:57 left\n");
    }

    [Fact]
    public void OnReport_NoAccuracyAndNoHealth_LeavesThemOut()
    {
        new TextObserver(_text).OnReport(Run.Report(50) with { Health = null, SecondsPerStep = 360 });
        _text.ToString().Should().Be("step 50 of 1000, epoch 0, loss 1234.5678, 360000.0 ms/step, 95:00:00 left\n");
    }

    [Theory]
    [InlineData(TrainingEventKind.Started, "started")]
    [InlineData(TrainingEventKind.Resumed, "resumed")]
    [InlineData(TrainingEventKind.CheckpointWritten, "checkpoint written")]
    [InlineData(TrainingEventKind.CheckpointRefused, "checkpoint refused")]
    [InlineData(TrainingEventKind.Collapsed, "collapsed")]
    [InlineData(TrainingEventKind.NonFiniteLoss, "loss not finite")]
    [InlineData(TrainingEventKind.Stopped, "stopped")]
    [InlineData(TrainingEventKind.Completed, "completed")]
    public void OnEvent_EachKind_IsOneLine(TrainingEventKind kind, string words)
    {
        new TextObserver(_text).OnEvent(Run.Event(kind, 1500, "So\r\nit is."));
        _text.ToString().Should().Be($"step 1500: {words}: So it is.\n");
    }

    [Fact]
    public void OnReport_BufferedWriter_IsFlushedAndLeftOpen()
    {
        using var memory = new MemoryStream();
        using var writer = new StreamWriter(memory);
        var observer = new TextObserver(writer);
        observer.OnReport(Run.Report(50));
        var first = memory.Length;
        first.Should().BePositive();
        observer.OnEvent(Run.Event(TrainingEventKind.Completed));
        memory.Length.Should().BeGreaterThan(first);
    }

    [Fact]
    public void Arguments_Bad_Throw()
    {
        FluentActions.Invoking(() => new TextObserver(null!)).Should().Throw<ArgumentNullException>().WithParameterName("writer");
        var observer = new TextObserver(_text);
        observer.Invoking(it => it.OnReport(null!)).Should().Throw<ArgumentNullException>().WithParameterName("report");
        observer.Invoking(it => it.OnEvent(null!)).Should().Throw<ArgumentNullException>().WithParameterName("happening");
    }
}
