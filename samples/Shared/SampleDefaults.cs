namespace Samples;

/// <summary>What a sample does if nothing is asked for.</summary>
/// <param name="Sample">The sample's name, which begins the output folder's.</param>
/// <param name="Steps">The training steps on what is made.</param>
/// <param name="CifarSteps">The training steps on CIFAR-10.</param>
/// <param name="Batch">The images in a step; twice as many on CIFAR-10.</param>
/// <param name="Images">The images to learn from.</param>
/// <param name="TestImages">The images to test on.</param>
public sealed record SampleDefaults(
    string Sample, int Steps = 600, int CifarSteps = 2000, int Batch = 128, int Images = 10_000, int TestImages = 5_000)
{
    /// <summary>What can be learned from.</summary>
    public IReadOnlyList<string> Data { get; init; } = ["sprites", "cifar10"];
}
