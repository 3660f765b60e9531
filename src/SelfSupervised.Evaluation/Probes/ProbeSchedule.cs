namespace SelfSupervised.Evaluation.Probes;

/// <summary>How the learning rate of an <see cref="SgdProtocol"/> falls.</summary>
public enum ProbeSchedule
{
    /// <summary>Not at all.</summary>
    Constant,

    /// <summary>By a factor at each of some epochs.</summary>
    MultiStep,

    /// <summary>With each step along half a cosine: γ·½(1 + cos(πt/T)) at step t of T.</summary>
    Cosine,
}
