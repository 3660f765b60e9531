namespace SelfSupervised.Evaluation.Tests;

public sealed class CudaTests
{
    [CudaFact]
    public void Measures_OnCuda_EqualThoseOnCpu()
    {
        using var scope = NewDisposeScope();
        TensorAssert.Close(Everything(CUDA), Everything(CPU), atol: 1e-3, rtol: 1e-3);
    }

    private static Tensor Everything(Device device)
    {
        var (train, trainLabels) = Example.Clusters(1, 200, 16, 5, spread: 1, type: ScalarType.Float32);
        var (test, testLabels) = Example.Clusters(2, 100, 16, 5, spread: 1, type: ScalarType.Float32);
        (train, trainLabels, test, testLabels) = (train.to(device), trainLabels.to(device), test.to(device), testLabels.to(device));
        var probe = LinearProbe.Evaluate(train, trainLabels, test, testLabels, seed: 1);
        var sgd = SgdProbe.Evaluate(train, trainLabels, test, testLabels, new SgdProtocol("short", 0.01, 3, 32), seed: 1);
        var knn = WeightedKnn.Evaluate(train, trainLabels, test, testLabels, new KnnOptions { Neighbours = 20 });
        var retrieval = Retrieval.Within(train, trainLabels, 5);
        var components = PrincipalComponents.Of(train);
        return tensor(
        [
            probe.Test.Top1.Value, probe.Fit.Loss, sgd.Test.Top1.Value, sgd.Losses[^1], knn.Test.Top1.Value,
            retrieval.MeanAveragePrecision, retrieval.At[0].Precision, Spectrum.Of(train).EffectiveRank,
            AlignmentUniformity.Alignment(train, train.flip(0)), AlignmentUniformity.Uniformity(train),
            components.Variances[0], components.Project(test).abs().sum().cpu().item<float>(),
            NearestNeighbours.Within(train, 3).Indices.sum().cpu().item<long>(),
        ]);
    }
}
