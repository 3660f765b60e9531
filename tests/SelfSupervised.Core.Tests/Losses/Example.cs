namespace SelfSupervised.Core.Tests.Losses;

/// <summary>The worked example of spec/01-contrastive-core.md §2.4 and §3: two views of three images, with known losses.</summary>
internal static class Example
{
    public static Tensor A(ScalarType type = ScalarType.Float64, bool requiresGrad = false) =>
        tensor(new double[] { 1, 2, 0, 0, 1, 1, 2, 0, 1 }, [3, 3], dtype: type).requires_grad_(requiresGrad);

    public static Tensor B(ScalarType type = ScalarType.Float64, bool requiresGrad = false) =>
        tensor(new double[] { 1, 1, 0, 0, 2, 1, 1, 0, 1 }, [3, 3], dtype: type).requires_grad_(requiresGrad);
}
