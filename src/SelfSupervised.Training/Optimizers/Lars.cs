using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Optimizers;

/// <summary>LARS: SGD with momentum whose rate is adapted, tensor by tensor, to the norms of weights and gradient.</summary>
/// <remarks>
/// <para>
/// With trust t = η‖w‖/‖g‖, norms over the whole tensor, a step of learning rate γ moves each tensor by γη of its own
/// length whatever its gradient's scale, which is what lets SimCLR train with batches of thousands.
/// <see cref="LarsForm"/> gives the formulas of the three published forms. Excluded tensors
/// (<see cref="LarsOptions.Exclude"/>) take plain SGD steps with momentum: t = 1, λ = 0. So do tensors whose weights are
/// all 0. A tensor without a gradient is passed over: neither it nor its velocity changes.
/// </para>
/// <para>
/// The update is in place; the gradients are only read. Beyond a velocity per tensor that has had a gradient, and one
/// buffer as large as the largest tensor where decay or Nesterov asks for it, a step makes tensors of one number only,
/// and never waits for a GPU.
/// </para>
/// <para>
/// It is an optimiser of TorchSharp: its learning rate is each parameter group's <c>LearningRate</c>
/// (<see cref="OptimizerExtensions.SetLearningRate"/>), and <c>save_state_dict</c> and <c>load_state_dict</c> carry
/// settings and velocities over bit for bit. Make it after the module has been moved to its device. Not thread-safe.
/// </para>
/// <para>
/// You, Gitman and Ginsburg, "Large Batch Training of Convolutional Networks", 2017 (arXiv:1708.03888); as used by Chen
/// et al., 2020 (arXiv:2002.05709).
/// </para>
/// </remarks>
/// <example><code>using var optimizer = new Lars(encoder.named_parameters(), new LarsOptions(4.8) { WeightDecay = 1e-6 });</code></example>
public sealed class Lars : OptimizerHelper
{
    private readonly Workspace _workspace = new();
    private bool _disposed;

    /// <summary>Creates the optimiser with one parameter group.</summary>
    /// <param name="parameters">As in <see cref="LarsParamGroup"/>: <c>module.named_parameters()</c>.</param>
    /// <param name="options">The settings, of which a copy is kept.</param>
    /// <exception cref="ArgumentException">As in <see cref="LarsParamGroup"/>.</exception>
    /// <exception cref="ObjectDisposedException">A parameter has been disposed.</exception>
    public Lars(IEnumerable<(string name, Parameter parameter)> parameters, LarsOptions options)
    {
        _parameter_groups = new List<ParamGroup>();
        add_param_group(new LarsParamGroup(parameters, options));
    }

    /// <summary>Adds parameters with settings of their own.</summary>
    /// <param name="param_group">A <see cref="LarsParamGroup"/>.</param>
    /// <exception cref="ArgumentException">It is another kind of group, or the optimiser has one of its parameters.</exception>
    public override void add_param_group(ParamGroup param_group)
    {
        if (param_group is not LarsParamGroup group)
        {
            throw new ArgumentException(
                $"Expected `param_group` to be a LarsParamGroup, but got {param_group?.GetType().Name ?? "null"}.", nameof(param_group));
        }

        var known = parameters().Select(parameter => parameter.Handle).ToHashSet();
        if (group.Members.FirstOrDefault(member => known.Contains(member.Parameter.Handle)) is { } twice)
        {
            throw new ArgumentException($"Expected each parameter once, but `{twice.Name}` is in another group.", nameof(param_group));
        }

        group.InitialLearningRate = group.LearningRate;
        _parameter_groups.Add(group);
        foreach (var member in group.Members)
        {
            _state[member.Parameter.Handle] = new LarsState(member);
        }
    }

    /// <summary>Updates every parameter that has a gradient.</summary>
    /// <param name="closure">Computes the loss anew, with gradients, before the update; or null.</param>
    /// <returns>The closure's value, which the caller owns; null without one.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A group's learning rate is not finite or below 0.</exception>
    /// <exception cref="ObjectDisposedException">The optimiser, or a parameter, has been disposed.</exception>
    public override Tensor step(Func<Tensor>? closure = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _step<LarsParamGroup>(Update, closure!);
    }

    /// <summary>Disposes velocities and buffers; the parameters stay.</summary>
    /// <param name="disposing">Whether it is called by <c>Dispose</c>, rather than by the finaliser.</param>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing || _disposed)
        {
            return;
        }

        _disposed = true;
        foreach (var (_, state) in _state)
        {
            ((LarsState)state).Dispose();
        }

        _workspace.Dispose();
    }

    private void Update(LarsParamGroup group)
    {
        using var step = new LarsStep(group.Options, _workspace);
        foreach (var (name, parameter, excluded) in group.Members)
        {
            if (parameter.IsInvalid)
            {
                throw new ObjectDisposedException(
                    name, $"Expected `{name}` to be a live parameter, but it has been disposed; moving a module replaces its parameters.");
            }

            using var gradient = parameter.grad;
            if (gradient is not null)
            {
                step.Update(parameter, gradient, ((LarsState)_state[parameter.Handle]).Velocity, excluded);
            }
        }
    }
}
