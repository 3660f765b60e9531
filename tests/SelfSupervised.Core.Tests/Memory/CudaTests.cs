using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Memory;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Tests.Views;
using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Memory;

public sealed class CudaTests
{
    [CudaFact]
    public void InstanceDiscrimination_OnCuda_EqualsThatOnCpu()
    {
        using var scope = NewDisposeScope();
        foreach (var negatives in new[] { 0, 7 })
        {
            var (cpuLosses, cpuRows) = Train(CPU, negatives);
            var (cudaLosses, cudaRows) = Train(CUDA, negatives);
            TensorAssert.Close(cudaLosses, cpuLosses, atol: 1e-3);
            TensorAssert.Close(cudaRows.cpu(), cpuRows, atol: 1e-3);
        }
    }

    private static (Tensor Losses, Tensor Rows) Train(Device device, int negatives)
    {
        using var weights = new Generator(1);
        var encoder = new SmallConvNet(4, generator: weights);
        var method = new InstanceDiscrimination(
            encoder, ProjectionHead.Linear(16, 8, weights), new ViewPlan([new ViewPipeline()]), new MemoryBank(12, 8), new() { Negatives = negatives });
        method.to(device);
        using var optimizer = optim.SGD(method.parameters(), learningRate: 0.01);
        var images = Examples.Bytes(1, 6, new ImageShape(3, 16, 16)).to(device);
        var losses = new float[3];
        for (var step = 0; step < losses.Length; step++)
        {
            optimizer.zero_grad();
            var output = method.Compute(new(images, Examples.Indices(6, first: step), step, WithMetrics: true));
            output.Loss.backward();
            optimizer.step();
            method.AfterStep();
            losses[step] = output.Loss.cpu().item<float>();
        }

        return (tensor(losses), method.Bank.Rows);
    }
}
