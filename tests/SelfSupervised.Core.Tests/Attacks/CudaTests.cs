using SelfSupervised.Core.Attacks;

namespace SelfSupervised.Core.Tests.Attacks;

public sealed class CudaTests
{
    [CudaFact]
    public void Attacks_OnCuda_EqualThoseOnCpu()
    {
        using var scope = NewDisposeScope();
        var inputs = RandomTensors.Normal(1, [4, 3, 5, 5]).clamp(-1, 1);
        foreach (var p in new[] { 1, 2, double.PositiveInfinity })
        {
            var attack = new ProjectedGradientDescent(p, 0.5, 0.2, 4) { Range = (-1, 1) };
            TensorAssert.Close(attack.Attack(inputs.cuda(), Loss).cpu(), attack.Attack(inputs, Loss), atol: 1e-9);
        }

        TensorAssert.Close(FastGradientSign.Attack(inputs.cuda(), Loss, 0.1).cpu(), FastGradientSign.Attack(inputs, Loss, 0.1), atol: 1e-12);
    }

    private static Tensor Loss(Tensor x) => x.sin().flatten(1).square().cumsum(1).sum(1);
}
