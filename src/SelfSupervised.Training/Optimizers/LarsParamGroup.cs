using SelfSupervised.Training.Internal;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Optimizers;

/// <summary>Parameters that <see cref="Lars"/> treats with the same settings.</summary>
public sealed class LarsParamGroup : ParamGroup<LarsOptions>
{
    /// <summary>Makes a group, and asks once which of its parameters are excluded.</summary>
    /// <param name="parameters">
    /// Names and parameters, as <c>module.named_parameters()</c> gives them: at least one, each once, Float32 or Float64,
    /// on the device where they will be trained (moving a module replaces its parameters).
    /// </param>
    /// <param name="options">The settings, of which the group keeps a copy.</param>
    /// <exception cref="ArgumentException">There is no parameter, or one is there twice or of another type.</exception>
    /// <exception cref="ArgumentNullException">An argument, a parameter or the predicate is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is out of range or null.</exception>
    /// <exception cref="ObjectDisposedException">A parameter has been disposed.</exception>
    public LarsParamGroup(IEnumerable<(string name, Parameter parameter)> parameters, LarsOptions options)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.Exclude);
        var rate = Guard.AtLeastZero(options.LearningRate ?? double.NaN, nameof(options.LearningRate));

        Members = Check(parameters).Select(one => new LarsMember(one.name, one.parameter, options.Exclude(one.name, one.parameter))).ToArray();
        Parameters = Members.Select(member => member.Parameter).ToArray();
        Options = new LarsOptions(rate);
        Options.LoadStateDict(options);
    }

    internal IReadOnlyList<LarsMember> Members { get; }

    private static List<(string name, Parameter parameter)> Check(IEnumerable<(string name, Parameter parameter)> parameters)
    {
        var all = parameters.ToList();
        if (all.Count == 0)
        {
            throw new ArgumentException("Expected `parameters` to hold at least one parameter, but there is none.", nameof(parameters));
        }

        var known = new HashSet<IntPtr>();
        foreach (var (name, parameter) in all)
        {
            ArgumentNullException.ThrowIfNull(parameter, name);
            if (parameter.IsInvalid)
            {
                throw new ObjectDisposedException(name, $"Expected `{name}` to be a live parameter, but it has been disposed.");
            }

            if (parameter.dtype is not (ScalarType.Float32 or ScalarType.Float64))
            {
                throw new ArgumentException($"Expected `{name}` to be Float32 or Float64, but got {parameter.dtype}.", nameof(parameters));
            }

            if (!known.Add(parameter.Handle))
            {
                throw new ArgumentException($"Expected each parameter once, but `{name}` is there twice.", nameof(parameters));
            }
        }

        return all;
    }
}
