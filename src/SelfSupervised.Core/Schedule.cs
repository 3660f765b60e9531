namespace SelfSupervised.Core;

/// <summary>A number that depends on the step alone: a learning rate, a momentum coefficient, a weight.</summary>
/// <remarks>
/// It has no state, so a run that is resumed at step t asks for step t and is where it was. Any lambda is a schedule:
/// <c>Schedule halving = step => 0.1 * Math.Pow(0.5, step / 1000.0);</c>
/// </remarks>
/// <param name="step">The steps taken before this one: 0 at the first.</param>
/// <returns>The value to use for that step.</returns>
public delegate double Schedule(long step);
