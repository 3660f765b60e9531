using SelfSupervised.Core.Encoders;
using SelfSupervised.Core.Heads;
using SelfSupervised.Core.Methods;
using SelfSupervised.Core.Views;
using SelfSupervised.Data;
using SelfSupervised.Data.Files;
using SelfSupervised.Data.Synthetic;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClrSample;

/// <summary>What is learned from, and by what: images, views, encoder and head.</summary>
internal sealed record Recipe(ImageSet Train, ImageSet Test, ViewPlan Views)
{
    public static Recipe Of(Options options)
    {
        if (options.OnCifar10)
        {
            var (all, test) = (Cifar10.Train(options.Root!), Cifar10.Test(options.Root!));
            return new Recipe(First(all, options.Images), First(test, options.TestImages), ViewPlan.TwoViews(ViewPresets.SimClrCifar()));
        }

        // Shapes are to be told apart, wherever they are and whatever their colour, size and orientation.
        var sprites = new SpriteOptions();
        return new Recipe(
            new Sprites(options.Images, options.Seed, sprites),
            new Sprites(options.TestImages, options.Seed + 1_000_000L, sprites),
            ViewPlan.TwoViews(new ViewPipeline(
                new RandomResizedCrop(32, 32, area: (0.4, 1)),
                new RandomHorizontalFlip(),
                new RightAngleRotation(),
                new ColorJitter(0.4, 0.4, 0.4, 0.5),
                new RandomGrayscale())));
    }

    /// <summary>An encoder with fresh weights, the same ones for a seed.</summary>
    public static SmallConvNet Encoder(int seed)
    {
        using var generator = new Generator((ulong)seed);
        return new SmallConvNet(baseWidth: 32, generator: generator);
    }

    public SimClr Method(SmallConvNet encoder, int seed)
    {
        using var generator = new Generator((ulong)seed + 1);
        var head = ProjectionHead.SimClrV1Code(encoder.FeatureDimension, 128, generator);
        return new SimClr(encoder, head, Views, temperature: 0.2, seed);
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
