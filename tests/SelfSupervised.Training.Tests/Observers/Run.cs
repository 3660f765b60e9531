using System.Globalization;
using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Tests.Observers;

/// <summary>Reports and events as a run makes them.</summary>
internal static class Run
{
    public static RepresentationHealth Health { get; } = new(0.75, 0.125, 31.5, 0.5, -2.25);

    public static TrainingReport Report(int step, params (string Name, double Value)[] metrics) =>
        new(step, 1000, step / 100, 1234.5678, 0.1, metrics.ToDictionary(entry => entry.Name, entry => entry.Value), Health, 0.25);

    public static TrainingEvent Event(TrainingEventKind kind, int step = 0, string message = "So it is.") => new(kind, step, message);

    /// <summary>Runs an action in a culture that writes 0.5 as 0,5.</summary>
    public static void InGerman(Action action)
    {
        var before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NumberGroupSeparator) = (",", ".");
        CultureInfo.CurrentCulture = culture;
        try
        {
            action();
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
