using Samples;
using SelfSupervised.Core.Views;
using SelfSupervised.Data;
using SelfSupervised.Data.Synthetic;
using SelfSupervised.Evaluation.Probes;
using static TorchSharp.torch;

namespace LooCSample;

/// <summary>Sprites whose shape, colour and rotation are known, and the views that change two of the three.</summary>
/// <param name="Images">The images; their labels are shapes.</param>
/// <param name="All">Every augmentation: crop, rotation, colour.</param>
/// <param name="Plain">The crop alone.</param>
/// <param name="Rotation">The place of the rotation, which gets a space of its own.</param>
/// <param name="Colour">The places of jitter and grayscale, which get one too.</param>
internal sealed record FactorData(
    SampleData Images, ViewPipeline All, ViewPipeline Plain, DesignatedAugmentation Rotation, DesignatedAugmentation Colour) : IDisposable
{
    /// <summary>The factors that are asked for: the first no augmentation changes, the others each one.</summary>
    public static readonly IReadOnlyList<string> FactorNames = ["shape", "colour", "rotation"];

    /// <summary>Each factor's value for every image.</summary>
    public IReadOnlyList<NamedLabels> Factors { get; } =
    [
        .. FactorNames.Zip(["shape", "colour", "orientation"], (name, factor) => new NamedLabels(name, Labels(Images.Train, factor), Labels(Images.Test, factor))),
    ];

    public static FactorData Of(SampleOptions options)
    {
        // Shapes that a quarter turn changes, in quarter turns: what a rotation does is then known for each image.
        var sprites = new SpriteOptions { Shapes = [SpriteShape.Heart, SpriteShape.Triangle, SpriteShape.Ellipse], Orientations = 4, Colours = 24, Sizes = 3 };
        var crop = new RandomResizedCrop(32, 32, area: (0.4, 1));
        var all = new ViewPipeline(crop, new RightAngleRotation(), new ColorJitter(0.4, 0.4, 0.4, 0.5), new RandomGrayscale());
        var images = new SampleData(
            new Sprites(options.TrainImages, options.Seed, sprites), new Sprites(options.TestImages, options.Seed + 1_000_000L, sprites), all);
        return new FactorData(
            images, all, new ViewPipeline(crop), new DesignatedAugmentation("rotation", [1]), new DesignatedAugmentation("colour", [2, 3]));
    }

    public void Dispose()
    {
        foreach (var factor in Factors)
        {
            factor.Train.Dispose();
            factor.Test.Dispose();
        }
    }

    private static Tensor Labels(ImageSet set, string factor) =>
        tensor(set.Factors.Single(one => one.Name == factor).Values.ToArray(), dtype: int64);
}
