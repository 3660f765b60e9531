using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Methods;

/// <summary>A composition that learns from images without labels: a batch goes in, a loss and metrics come out.</summary>
/// <remarks>
/// <para>
/// A trainer drives it, and so can a loop of one's own: compute, go backward, step the optimiser, call <see cref="AfterStep"/>. It
/// is a module that owns its parts, so that everything it remembers is in its <c>state_dict()</c>, moves with <c>to</c> and is
/// saved with <c>SaveSafetensors</c>. What it draws at random is counted by <see cref="PretrainingBatch.Step"/>.
/// </para>
/// <para>
/// Most methods have one player, whose parameters are all that require a gradient. A method with an adversary has two, each with
/// an optimiser and a loss of its own; players take turns.
/// </para>
/// <para>
/// To make a method of your own, derive a sealed class, keep its parts in fields, call <c>RegisterComponents()</c> last in its
/// constructor, and give <see cref="Compute"/>; or from <see cref="SeparableMethod"/>, if images are embedded each on its own.
/// </para>
/// </remarks>
/// <param name="name">The module's name.</param>
public abstract class PretrainingMethod(string name) : nn.Module(name)
{
    /// <summary>Who is trained, in the order of their turns; by default one, "model".</summary>
    public virtual IReadOnlyList<string> Players { get; } = ["model"];

    /// <summary>The encoder: what is kept after pretraining.</summary>
    public abstract nn.Module<Tensor, Tensor> Encoder { get; }

    /// <summary>What a player trains: what its optimiser is made from.</summary>
    /// <param name="player">The player, from 0 (default).</param>
    /// <returns>Names and parameters; by default all that require a gradient.</returns>
    public virtual IEnumerable<(string Name, Parameter Parameter)> TrainedParameters(int player = 0) =>
        named_parameters().Where(entry => entry.parameter.requires_grad);

    /// <summary>A player's loss on a batch.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="player">The player, from 0 (default).</param>
    /// <returns>The loss, and what else is known. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The batch is not what the method takes.</exception>
    public abstract MethodOutput Compute(PretrainingBatch batch, int player = 0);

    /// <summary>What happens after a player's optimiser has stepped: a momentum encoder follows, a queue moves on. By default nothing.</summary>
    /// <param name="player">The player, from 0 (default).</param>
    public virtual void AfterStep(int player = 0)
    {
    }
}
