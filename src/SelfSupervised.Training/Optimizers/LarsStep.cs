using SelfSupervised.Training.Internal;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace SelfSupervised.Training.Optimizers;

/// <summary>One step of one group: its numbers as native scalars, made once, and the update of each tensor in place.</summary>
internal sealed class LarsStep : IDisposable
{
    private readonly LarsOptions _options;
    private readonly Workspace _workspace;
    private readonly Scalar _rate, _minusRate, _momentum, _minusMomentum, _minusRateMomentum, _decay, _trust, _epsilon;

    public LarsStep(LarsOptions options, Workspace workspace)
    {
        (_options, _workspace) = (options, workspace);
        var rate = Guard.AtLeastZero(options.LearningRate ?? double.NaN, nameof(options.LearningRate));
        (_rate, _minusRate) = (rate.ToScalar(), (-rate).ToScalar());
        (_momentum, _minusMomentum) = (options.Momentum.ToScalar(), (-options.Momentum).ToScalar());
        _minusRateMomentum = (-rate * options.Momentum).ToScalar();
        (_decay, _trust, _epsilon) = (options.WeightDecay.ToScalar(), options.TrustCoefficient.ToScalar(), options.Epsilon.ToScalar());
    }

    /// <summary>Updates velocity and weights; the gradient is only read. The norms stay on the device.</summary>
    public void Update(Parameter weight, Tensor gradient, Tensor velocity, bool excluded)
    {
        using var scope = NewDisposeScope();
        var direction = gradient;
        if (!excluded && _options.WeightDecay != 0)
        {
            direction = _workspace.CopyOf(gradient);
            direction.add_(weight, _decay);
        }

        switch (_options.Form)
        {
            case LarsForm.Popular:
                Popular(weight, direction, gradient, velocity, excluded);
                break;
            case LarsForm.Larc:
                Larc(weight, direction, gradient, velocity, excluded);
                break;
            default:
                Classic(weight, direction, velocity, excluded);
                break;
        }
    }

    public void Dispose()
    {
        foreach (var scalar in (Scalar[])[_rate, _minusRate, _momentum, _minusMomentum, _minusRateMomentum, _decay, _trust, _epsilon])
        {
            scalar.Dispose();
        }
    }

    private void Classic(Parameter weight, Tensor direction, Tensor velocity, bool excluded)
    {
        var trust = excluded ? null : Trust(weight, direction, direction.norm());
        velocity.mul_(_momentum);
        Add(velocity, direction, trust, _rate);
        if (_options.Nesterov)
        {
            weight.add_(velocity, _minusMomentum);
            Add(weight, direction, trust, _minusRate);
        }
        else
        {
            weight.sub_(velocity);
        }
    }

    private void Popular(Parameter weight, Tensor direction, Tensor gradient, Tensor velocity, bool excluded)
    {
        velocity.mul_(_momentum);
        velocity.add_(direction, Scalars.One);
        var update = velocity;
        if (_options.Nesterov)
        {
            update = ReferenceEquals(direction, gradient) ? _workspace.CopyOf(gradient) : direction;
            update.add_(velocity, _momentum);
        }

        Add(weight, update, excluded ? null : Trust(weight, update, update.norm()), _minusRate);
    }

    private void Larc(Parameter weight, Tensor direction, Tensor gradient, Tensor velocity, bool excluded)
    {
        var trust = excluded ? null : Trust(weight, gradient, gradient.norm().add_(weight.norm(), _decay));
        velocity.mul_(_momentum);
        Add(velocity, direction, trust, Scalars.One);
        if (_options.Nesterov)
        {
            weight.add_(velocity, _minusRateMomentum);
            Add(weight, direction, trust, _minusRate);
        }
        else
        {
            weight.add_(velocity, _minusRate);
        }
    }

    // η‖w‖ / (denominator + ε) where both norms are above 0; else 1 for weights of 0, and 0 for a direction of 0. The
    // latter moves nothing in two of the forms, whatever its factor; in the third it also keeps the decay out.
    private Tensor Trust(Tensor weight, Tensor direction, Tensor denominator)
    {
        var weightNorm = weight.norm();
        var ratio = weightNorm.mul(_trust).div_(denominator.add(_epsilon, Scalars.One));
        return ratio.where(weightNorm.minimum(direction.norm()).gt(Scalars.Zero), weightNorm.eq(Scalars.Zero).to(ratio.dtype));
    }

    private static void Add(Tensor target, Tensor direction, Tensor? trust, Scalar factor)
    {
        if (trust is null)
        {
            target.add_(direction, factor);
        }
        else
        {
            target.addcmul_(direction, trust, factor);
        }
    }
}
