namespace SelfSupervised.Training.Optimizers;

/// <summary>Where LARS adapts the rate, relative to the momentum; published code does it in three ways.</summary>
/// <remarks>
/// Per tensor: w the weights, g their gradient, v the velocity, γ the learning rate, m the momentum, λ the weight decay,
/// η the trust coefficient, d = g + λw. A Nesterov variant is given in brackets. <see cref="Classic"/> and
/// <see cref="Popular"/> take the same first step and differ from the second on; <see cref="Larc"/> equals neither once
/// λ &gt; 0.
/// </remarks>
public enum LarsForm
{
    /// <summary>
    /// The rate is adapted before the momentum, which remembers it:
    /// <c>t = η‖w‖/(‖d‖ + ε); v ← m·v + γ·t·d; w ← w − v</c> [<c>w ← w − (m·v + γ·t·d)</c>].
    /// The default of the released SimCLR (google-research/simclr, <c>lars_optimizer.py</c>, <c>classic_momentum=True</c>).
    /// </summary>
    Classic,

    /// <summary>
    /// The rate is adapted after the momentum, to the norm of what it made:
    /// <c>v ← m·v + d; u = v</c> [<c>u = m·v + d</c>]<c>; t = η‖w‖/(‖u‖ + ε); w ← w − γ·t·u</c>.
    /// The same file with <c>classic_momentum=False</c>.
    /// </summary>
    Popular,

    /// <summary>
    /// The gradient is adapted, by the norms of gradient and decay each for itself, and handed to SGD with momentum:
    /// <c>t = η‖w‖/(‖g‖ + λ‖w‖ + ε); v ← m·v + t·d; w ← w − γ·v</c> [<c>w ← w − γ·(m·v + t·d)</c>].
    /// What apex names LARC, without its clipping; lightly and solo-learn (<c>utils/lars.py</c>) have it with ε = 1e-8.
    /// A gradient of 0 brings no decay either, as there. lightly adapts no tensor while λ = 0; this does.
    /// </summary>
    Larc,
}
