using SelfSupervised.Core.Losses;

namespace SelfSupervised.Core.Tests.Losses;

public sealed class CudaTests
{
    [CudaFact]
    public void Losses_OnCuda_EqualThoseOnCpu()
    {
        using var scope = NewDisposeScope();
        var (onCpu, cpuGradients) = Everything(CPU);
        var (onCuda, cudaGradients) = Everything(CUDA);
        TensorAssert.Close(onCuda.cpu(), onCpu, atol: 1e-5, rtol: 1e-4);
        foreach (var (cuda, cpu) in cudaGradients.Zip(cpuGradients))
        {
            TensorAssert.Close(cuda.cpu(), cpu, atol: 1e-5, rtol: 1e-4);
        }
    }

    /// <summary>All losses and accuracies of fixed embeddings, and the gradients of the losses' sum.</summary>
    private static (Tensor Values, Tensor[] Gradients) Everything(Device device)
    {
        var inputs = Enumerable.Range(0, 3)
            .Select(seed => RandomTensors.Normal(seed, [24, 16], ScalarType.Float32).to(device).requires_grad_()).ToArray();
        var ids = arange(24, ScalarType.Int64, device).remainder(20);
        var (a, b, c) = (inputs[0], inputs[1], inputs[2]);
        Tensor[] losses =
        [
            NTXent.Loss([a, b], 0.2),
            NTXent.Loss([a, b, c], 0.2, FalseNegatives.WithinBatch(ids, views: 3)),
            InfoNCE.Loss(a, b, 0.2, FalseNegatives.WithinBatch(ids, views: 1)),
            InfoNCE.SymmetricLoss(a, b, 0.2),
            InfoNCE.LossAgainst(a, b, c, 0.2, FalseNegatives.Among(ids, ids)),
        ];
        var sum = stack(losses).sum();
        sum.backward();
        Tensor[] accuracies = [NTXent.Accuracy([a, b]), InfoNCE.Accuracy(a, b), InfoNCE.AccuracyAgainst(a, b, c)];
        return (stack(losses.Concat(accuracies)), inputs.Select(input => input.grad!).ToArray());
    }
}
