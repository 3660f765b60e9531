namespace SelfSupervised.Training.Pretraining;

/// <summary>Something that happened in a run.</summary>
/// <param name="Kind">What.</param>
/// <param name="Step">The steps done by then.</param>
/// <param name="Message">In words.</param>
public sealed record TrainingEvent(TrainingEventKind Kind, int Step, string Message);
