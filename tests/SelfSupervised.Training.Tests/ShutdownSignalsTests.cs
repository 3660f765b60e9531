namespace SelfSupervised.Training.Tests;

/// <summary>That a signal ends a run cleanly is tested on a process of its own, by the kill-and-resume tests.</summary>
public sealed class ShutdownSignalsTests
{
    [Fact]
    public void Token_NoSignal_IsNotCancelled()
    {
        var shutdown = new ShutdownSignals();
        var token = shutdown.Token;
        token.IsCancellationRequested.Should().BeFalse();
        shutdown.Dispose();
        token.IsCancellationRequested.Should().BeFalse();
    }
}
