using SelfSupervised.Training.Pretraining;

namespace SelfSupervised.Training.Observers;

/// <summary>The names under which health is kept, and its values in their order.</summary>
internal static class Measures
{
    public static IReadOnlyList<string> Names { get; } =
        ["positive_similarity", "negative_similarity", "effective_rank", "alignment", "uniformity"];

    public static double[] Values(RepresentationHealth health) =>
        [health.PositiveSimilarity, health.NegativeSimilarity, health.EffectiveRank, health.Alignment, health.Uniformity];

    /// <summary>Text on one line.</summary>
    public static string Line(string text) => text.ReplaceLineEndings(" ");
}
