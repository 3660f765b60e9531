using System.Runtime.InteropServices;

namespace SelfSupervised.Training;

/// <summary>Turns Ctrl-C and SIGTERM into a request to stop, so that a run saves and ends cleanly.</summary>
/// <remarks>The first signal asks; a second one ends the process at once, as without this. Dispose it to give the signals back.</remarks>
/// <example><code>using var shutdown = new ShutdownSignals(); pretrainer.Run(shutdown.Token);</code></example>
public sealed class ShutdownSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Takes the signals over.</summary>
    public ShutdownSignals() =>
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal => PosixSignalRegistration.Create(signal, Ask))];

    /// <summary>Is cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Gives the signals back.</summary>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void Ask(PosixSignalContext context)
    {
        context.Cancel = !_stop.IsCancellationRequested;
        _stop.Cancel();
    }
}
