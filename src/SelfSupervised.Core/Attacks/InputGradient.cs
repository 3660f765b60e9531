using SelfSupervised.Core.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Attacks;

/// <summary>The gradient of a loss with respect to what it is given, and to nothing else.</summary>
internal static class InputGradient
{
    /// <summary>∇ of the sum over the samples, [B, …], in the caller's scope.</summary>
    public static Tensor Of(Func<Tensor, Tensor> loss, Tensor inputs, bool checkValues)
    {
        using var scope = NewDisposeScope();
        using var enabled = enable_grad();
        var leaf = inputs.detach().requires_grad_();
        using var value = loss(leaf);
        AttackGuard.Loss(value, inputs.shape[0]);

        // Not autograd.grad, out of which TorchSharp lets no error of libtorch's: the process would end.
        value.sum().backward(inputs: [leaf]);
        if (leaf.grad is not { } gradient)
        {
            throw new ArgumentException("Expected `loss` to depend on what it is given, but it has a gradient for other tensors only.");
        }

        if (checkValues)
        {
            Guard.Finite((gradient, "the gradient of the loss"));
        }

        return gradient.MoveToOuterDisposeScope();
    }
}
