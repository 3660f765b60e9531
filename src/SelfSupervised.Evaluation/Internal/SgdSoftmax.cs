using SelfSupervised.Evaluation.Probes;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>Steps of SGD with momentum on softmax regression, in place on [W | b]. It owns its numbers, not its tensors.</summary>
internal sealed class SgdSoftmax : IDisposable
{
    private static readonly Scalar MinusOne = (-1.0).ToScalar();

    private readonly Tensor _weights;
    private readonly Tensor _velocity;
    private readonly Scalar _momentum;
    private readonly Scalar _decay;
    private readonly bool _nesterov;
    private readonly bool _decays;

    /// <summary>Makes its velocity in the caller's scope.</summary>
    public SgdSoftmax(Tensor weights, SgdProtocol protocol)
    {
        (_weights, _velocity) = (weights, zeros_like(weights));
        (_momentum, _decay) = (protocol.Momentum.ToScalar(), protocol.WeightDecay.ToScalar());
        (_nesterov, _decays) = (protocol.Nesterov, protocol.WeightDecay > 0);
    }

    /// <summary>One step; gives the sum of the batch's losses before it, Float64, in the caller's scope.</summary>
    public Tensor Step(Tensor x, Tensor labels, double rate)
    {
        var width = x.shape[1];
        using var scope = NewDisposeScope();
        using var minusRate = (-rate).ToScalar();
        using var perRow = (1.0 / x.shape[0]).ToScalar();
        var y = labels.unsqueeze(1);
        var logits = _weights.select(1, width).addmm(x, _weights.narrow(1, 0, width).t()).log_softmax(1);
        var loss = logits.gather(1, y).sum(ScalarType.Float64).neg();

        var residual = logits.exp_().scatter_add_(1, y, full(y.shape[0], 1L, MinusOne, x.dtype, x.device)).mul_(perRow);
        var gradient = cat([residual.t().mm(x), residual.sum(0L).unsqueeze(1)], 1);
        if (_decays)
        {
            gradient.add_(_weights, _decay);
        }

        _velocity.mul_(_momentum).add_(gradient);
        _weights.add_(_nesterov ? gradient.add_(_velocity, _momentum) : _velocity, minusRate);
        return loss.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _momentum.Dispose();
        _decay.Dispose();
    }
}
