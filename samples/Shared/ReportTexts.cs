namespace Samples;

/// <summary>What a sample's report says of its method.</summary>
/// <param name="Method">The method's name.</param>
/// <param name="Loss">The loss's name.</param>
/// <param name="Chance">The loss of guessing.</param>
/// <param name="ChanceFormula">How that is found.</param>
/// <param name="Settings">What the method was set to, by name.</param>
public sealed record ReportTexts(string Method, string Loss, double Chance, string ChanceFormula, IReadOnlyList<(string Name, string Value)> Settings);
