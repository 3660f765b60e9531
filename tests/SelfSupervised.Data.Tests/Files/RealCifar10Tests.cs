using SelfSupervised.Data.Files;

namespace SelfSupervised.Data.Tests.Files;

/// <summary>On the real images, where a folder has them.</summary>
public sealed class RealCifar10Tests
{
    [RealCifar10Fact]
    public void Train_RealFiles_HasBalancedClassesAndTheKnownMeanColour()
    {
        var set = Cifar10.Train(RealCifar10FactAttribute.Folder!);
        PerClass(set).Should().Equal(Enumerable.Repeat(5_000, 10));

        var sums = new double[3];
        for (var i = 0; i < set.Count; i++)
        {
            var image = set.Bytes(i);
            for (var k = 0; k < image.Length; k++)
            {
                sums[k / 1024] += image[k];
            }
        }

        double[] known = [0.4914, 0.4822, 0.4465];
        for (var channel = 0; channel < 3; channel++)
        {
            (sums[channel] / (255.0 * 1024 * set.Count)).Should().BeApproximately(known[channel], 0.002);
        }
    }

    [RealCifar10Fact]
    public void Test_RealFiles_HasBalancedClasses() =>
        PerClass(Cifar10.Test(RealCifar10FactAttribute.Folder!)).Should().Equal(Enumerable.Repeat(1_000, 10));

    private static IEnumerable<int> PerClass(ImageSet set) =>
        set.Labels!.Values.ToArray().CountBy(label => label).OrderBy(pair => pair.Key).Select(pair => pair.Value);
}

/// <summary>A test that needs CIFAR-10's binary files: in $CIFAR10_ROOT, or in shared/data/cifar10 beside the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealCifar10FactAttribute : FactAttribute
{
    public RealCifar10FactAttribute()
    {
        if (Folder is null)
        {
            Skip = "Needs CIFAR-10's binary files: set CIFAR10_ROOT to the folder that holds cifar-10-batches-bin.";
        }
    }

    public static string? Folder { get; } = Candidates().FirstOrDefault(
        folder => File.Exists(Path.Combine(folder, "cifar-10-batches-bin", "test_batch.bin")));

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("CIFAR10_ROOT") is { Length: > 0 } root)
        {
            yield return root;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            yield return Path.Combine(folder.FullName, "shared", "data", "cifar10");
        }
    }
}
