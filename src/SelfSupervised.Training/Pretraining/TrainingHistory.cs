using System.Text.Json;
using System.Text.Json.Serialization;

namespace SelfSupervised.Training.Pretraining;

/// <summary>What a run has reported from its first step on, also before an interruption.</summary>
public sealed class TrainingHistory
{
    // Measures may be NaN or infinite, which JSON has no numbers for.
    private static readonly JsonSerializerOptions _json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly List<double> _losses = [];
    private readonly List<TrainingReport> _reports = [];

    /// <summary>The first player's loss at every step that has been read, in order.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>All reports, in order.</summary>
    public IReadOnlyList<TrainingReport> Reports => _reports;

    internal void Add(IEnumerable<double> losses) => _losses.AddRange(losses);

    internal void Add(TrainingReport report) => _reports.Add(report);

    internal string ToJson() => JsonSerializer.Serialize(_reports, _json);

    internal void Clear()
    {
        _losses.Clear();
        _reports.Clear();
    }

    internal void Restore(IEnumerable<double> losses, string json)
    {
        Clear();
        _losses.AddRange(losses);
        _reports.AddRange(JsonSerializer.Deserialize<List<TrainingReport>>(json, _json) ?? []);
    }
}
