using SelfSupervised.Core.Views;

namespace SelfSupervised.Core.Tests.Views;

/// <summary>Every operator once or more, and images to try them on.</summary>
internal static class Examples
{
    public static readonly ImageShape Shape = new(3, 11, 14);
    private static readonly double[] s_mean = [0.5, 0.4, 0.3];

    /// <summary>All operators, at settings that make them do something; those that take square images only are marked so.</summary>
    public static readonly IReadOnlyDictionary<string, ViewOperator> Operators = new Dictionary<string, ViewOperator>
    {
        ["identity"] = new Identity(),
        ["resize, smaller"] = new Resize(5, 8),
        ["resize, larger, bicubic"] = new Resize(19, 16, Interpolation.Bicubic),
        ["resized crop"] = new RandomResizedCrop(9, 12),
        ["resized crop, bicubic"] = new RandomResizedCrop(8, 8, (0.2, 1), (0.7, 1.4), Interpolation.Bicubic),
        ["resized crop, few pixels"] = new RandomResizedCrop(3, 5),
        ["crop"] = new RandomCrop(8, 9),
        ["crop, padded"] = new RandomCrop(11, 14, padding: 4),
        ["crop, reflected"] = new RandomCrop(11, 14, padding: 4, BorderMode.Reflect),
        ["center crop"] = new CenterCrop(6, 5),
        ["horizontal flip"] = new RandomHorizontalFlip(),
        ["vertical flip"] = new RandomVerticalFlip(),
        ["right angles, square"] = new RightAngleRotation(),
        ["right angles, sometimes, square"] = new RightAngleRotation([1, 2, 3], probability: 0.6),
        ["half turns"] = new RightAngleRotation([0, 2]),
        ["rotation"] = new RandomRotation(-50, 50),
        ["jitter"] = new ColorJitter(0.8, 0.8, 0.8, 0.5),
        ["jitter, sometimes"] = ColorJitter.SimClr(0.5),
        ["jitter, hue alone"] = new ColorJitter(0, 0, 0, 0.5),
        ["grayscale"] = new RandomGrayscale(0.5),
        ["solarize"] = new RandomSolarize(0.503, 0.5),
        ["blur, SimCLR"] = RandomGaussianBlur.SimClr(60),
        ["blur, MoCo"] = new RandomGaussianBlur(probability: 1),
        ["noise"] = new GaussianNoise(0.2, 0.7),
        ["sobel"] = new Sobel(),
        ["PCA colour"] = PcaColorJitter.ImageNet(2),
        ["erasing"] = new RandomErasing(0.8),
        ["erasing, mean"] = new RandomErasing(1, fill: ErasingFill.Mean, mean: s_mean),
        ["erasing, zero"] = new RandomErasing(1, fill: ErasingFill.Zero),
        ["cutout"] = new Cutout(5, s_mean),
        ["cutout, large"] = new Cutout(16),
        ["normalize"] = Normalize.ImageNet,
    };

    public static TheoryData<string> Names => [.. Operators.Keys];

    public static TheoryData<string> FusedNames => [.. Operators.Where(pair => new ViewPipeline(pair.Value).CanFuse).Select(pair => pair.Key)];

    public static ViewPipeline Pipeline(string name) => new(Operators[name]);

    public static ImageShape ShapeFor(string name) =>
        name.EndsWith("square", StringComparison.Ordinal) ? new ImageShape(3, 11, 11) : Shape;

    public static int[] Indices(int count, int first = 0) => [.. Enumerable.Range(first, count)];

    public static Tensor Bytes(int seed, int count, ImageShape shape)
    {
        var values = new byte[count * shape.Size];
        new Random(seed).NextBytes(values);
        return tensor(values, [count, shape.Channels, shape.Height, shape.Width]);
    }

    public static Tensor Floats(int seed, int count, ImageShape shape, ScalarType type = ScalarType.Float32) =>
        Bytes(seed, count, shape).to(type).div(255);
}
