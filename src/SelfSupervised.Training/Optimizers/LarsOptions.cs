using SelfSupervised.Training.Internal;
using TorchSharp.Modules;

namespace SelfSupervised.Training.Optimizers;

/// <summary>The settings of one parameter group of <see cref="Lars"/>.</summary>
/// <remarks>
/// A group keeps a copy of what it is given. All but <see cref="Exclude"/>, which is asked once when the group is made,
/// may be changed between steps in the group's own <c>Options</c>, and are saved and restored with the optimiser.
/// </remarks>
/// <example><code>var settings = new LarsOptions(learningRate: 4.8) { WeightDecay = 1e-6 };</code></example>
public sealed class LarsOptions : OptimizerOptions
{
    /// <summary>Settings with a learning rate and, for the rest, the defaults of SimCLR's released optimiser.</summary>
    /// <param name="learningRate">γ, finite and at least 0; a schedule's value at step 0 if there is a schedule.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is out of range.</exception>
    public LarsOptions(double learningRate) =>
        LearningRate = InitialLearningRate = Guard.AtLeastZero(learningRate, nameof(learningRate));

    /// <summary>Which of the published forms. Default <see cref="LarsForm.Classic"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the forms.</exception>
    public LarsForm Form
    {
        get;
        set => field = Enum.IsDefined(value)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Form), value, $"Expected `Form` to be one of LarsForm, but got {value}.");
    }

    /// <summary>m, at least 0 and below 1. Default 0.9.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Momentum { get; set => field = Guard.BelowOne(value, nameof(Momentum)); } = 0.9;

    /// <summary>λ, the L2 penalty that is added to the gradient; finite and at least 0. Default 0; SimCLR's paper uses 1e-6.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double WeightDecay { get; set => field = Guard.AtLeastZero(value, nameof(WeightDecay)); }

    /// <summary>η, finite and above 0. Default 0.001.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double TrustCoefficient { get; set => field = Guard.Positive(value, nameof(TrustCoefficient)); } = 0.001;

    /// <summary>
    /// ε, what is added to the norm that is divided by; finite and at least 0. Default 0, as in SimCLR: a norm of 0 is
    /// never divided by, but a tiny one gives a tiny gradient the full step η‖w‖.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public double Epsilon { get; set => field = Guard.AtLeastZero(value, nameof(Epsilon)); }

    /// <summary>Whether to look ahead along the momentum (Nesterov). Default no. Without momentum it changes nothing.</summary>
    public bool Nesterov { get; set; }

    /// <summary>
    /// Says of each parameter, by its name and itself, whether it is left out: no weight decay and no adaptation, but
    /// still momentum. Default: tensors of at most one dimension, which biases and the weights of normalisation are.
    /// </summary>
    public Func<string, Parameter, bool> Exclude { get; set; } = static (_, parameter) => parameter.ndim <= 1;

    /// <summary>Writes the settings, without <see cref="Exclude"/>.</summary>
    /// <param name="writer">Where to.</param>
    public override void SaveStateDict(BinaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        base.SaveStateDict(writer);
        writer.Write((int)Form);
        writer.Write(Momentum);
        writer.Write(WeightDecay);
        writer.Write(TrustCoefficient);
        writer.Write(Epsilon);
        writer.Write(Nesterov);
    }

    /// <summary>Reads what <see cref="SaveStateDict"/> wrote.</summary>
    /// <param name="reader">Where from.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number that was read is out of its range.</exception>
    public override void LoadStateDict(BinaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        base.LoadStateDict(reader);
        Form = (LarsForm)reader.ReadInt32();
        Momentum = reader.ReadDouble();
        WeightDecay = reader.ReadDouble();
        TrustCoefficient = reader.ReadDouble();
        Epsilon = reader.ReadDouble();
        Nesterov = reader.ReadBoolean();
    }

    /// <summary>Takes over another group's settings, without <see cref="Exclude"/>.</summary>
    /// <param name="source">A <see cref="LarsOptions"/>.</param>
    /// <exception cref="ArgumentException">The source belongs to another kind of optimiser.</exception>
    public override void LoadStateDict(OptimizerOptions source)
    {
        if (source is not LarsOptions other)
        {
            throw new ArgumentException($"Expected `source` to be LarsOptions, but got {source?.GetType().Name ?? "null"}.", nameof(source));
        }

        base.LoadStateDict(source);
        (Form, Momentum, WeightDecay, TrustCoefficient, Epsilon, Nesterov) =
            (other.Form, other.Momentum, other.WeightDecay, other.TrustCoefficient, other.Epsilon, other.Nesterov);
    }
}
