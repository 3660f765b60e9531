using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Views;
using SelfSupervised.Data;
using SelfSupervised.Data.Files;
using SelfSupervised.Data.Synthetic;
using static TorchSharp.torch;

namespace Samples;

/// <summary>What is learned from, and what may be changed in it without changing what it shows.</summary>
/// <param name="Train">The images to learn from. Their labels only tell afterwards what was learned.</param>
/// <param name="Test">Other images, to test on.</param>
/// <param name="View">Random views that keep an image's class.</param>
public sealed record SampleData(ImageSet Train, ImageSet Test, ViewPipeline View)
{
    /// <summary>The data that the command line names.</summary>
    public static SampleData Of(SampleOptions options)
    {
        if (options.OnCifar10)
        {
            var (all, test) = (Cifar10.Train(options.Root!), Cifar10.Test(options.Root!));
            return new SampleData(First(all, options.TrainImages), First(test, options.TestImages), ViewPresets.SimClrCifar());
        }

        if (options.Data == "sensors")
        {
            return SensorData.Of(options);
        }

        // Shapes are to be told apart, wherever they are and whatever their colour, size and orientation.
        var sprites = new SpriteOptions();
        return new SampleData(
            new Sprites(options.TrainImages, options.Seed, sprites),
            new Sprites(options.TestImages, options.Seed + 1_000_000L, sprites),
            new ViewPipeline(
                new RandomResizedCrop(32, 32, area: (0.4, 1)),
                new RandomHorizontalFlip(),
                new RightAngleRotation(),
                new ColorJitter(0.4, 0.4, 0.4, 0.5),
                new RandomGrayscale()));
    }

    /// <summary>An encoder of three channels with fresh weights, the same ones for a seed.</summary>
    public static SmallConvNet Encoder(int seed) => Encoder(seed, channels: 3);

    /// <summary>An encoder for this data with fresh weights, the same ones for a seed.</summary>
    public SmallConvNet NewEncoder(int seed) => Encoder(seed, Train.Shape.Channels);

    private static SmallConvNet Encoder(int seed, int channels)
    {
        using var generator = new Generator((ulong)seed);
        return new SmallConvNet(baseWidth: 32, channels, generator);
    }

    private static MemoryImageSet First(MemoryImageSet set, int count)
    {
        if (count > set.Count)
        {
            throw new ArgumentException($"--images must be at most {set.Count}, but is {count}.");
        }

        var (size, bytes) = (set.Shape.Size, new byte[count * set.Shape.Size]);
        for (var i = 0; i < count; i++)
        {
            set.Bytes(i).CopyTo(bytes.AsSpan(i * size));
        }

        return new MemoryImageSet(bytes, set.Shape, new Factor("class", set.Labels!.Values[..count], set.Labels.ValueNames!));
    }
}
