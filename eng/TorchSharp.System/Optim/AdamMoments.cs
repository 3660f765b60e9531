using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What Adam and AdamW have in common, in the order of the genuine library's operations.</summary>
internal static class AdamMoments
{
    internal static Tensor Zeros(Parameter parameter) => zeros_like(parameter).DetachFromDisposeScope();

    internal static void Update(Tensor gradient, double beta1, double beta2, Tensor first, Tensor second, ref Tensor? largest, bool amsgrad)
    {
        Aten.Do("aten::mul_.Scalar", first, beta1);
        Aten.Do("aten::add_.Tensor", first, gradient, 1 - beta1);
        Aten.Do("aten::mul_.Scalar", second, beta2);
        Aten.Do("aten::addcmul_", second, gradient, gradient, 1 - beta2);
        if (!amsgrad) return;
        using var previous = largest!;
        largest = Aten.Call("aten::maximum", previous, second).DetachFromDisposeScope();
    }

    internal static void Apply(Parameter parameter, double rate, double correction, double eps, Tensor first, Tensor second)
    {
        using var root = Aten.Call("aten::sqrt", second);
        using var denominator = Aten.Call("aten::div.Scalar", root, correction);
        Aten.Do("aten::add_.Scalar", denominator, eps);
        Aten.Do("aten::addcdiv_", parameter, first, denominator, -rate);
    }
}
