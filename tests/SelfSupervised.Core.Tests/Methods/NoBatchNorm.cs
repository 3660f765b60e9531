namespace SelfSupervised.Core.Tests.Methods;

/// <summary>Networks in which no image depends on another, with given weights.</summary>
internal static class NoBatchNorm
{
    /// <summary>From images of three channels to six features.</summary>
    public static nn.Module<Tensor, Tensor> Encoder() => RandomTensors.Filled(
        nn.Sequential(nn.Conv2d(3, 5, 3, stride: 2), nn.Tanh(), nn.Conv2d(5, 6, 3, stride: 2), nn.Tanh(), nn.AdaptiveAvgPool2d(1), nn.Flatten()), seed: 1);

    /// <summary>From features to outputs.</summary>
    public static nn.Module<Tensor, Tensor> Head(int outputs = 8) =>
        RandomTensors.Filled(nn.Sequential(nn.Linear(6, 10), nn.ReLU(), nn.Linear(10, outputs)), seed: 20);
}
