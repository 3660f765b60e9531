using SelfSupervised.Core.Internal;
using SelfSupervised.Core.Views.Host;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views;

/// <summary>Changes brightness, contrast, saturation and hue by random factors, in a random order per image.</summary>
/// <remarks>
/// <para>
/// Brightness, contrast and saturation factors are uniform in [max(0, 1 − s), 1 + s], the hue's turn in [−h, h]; the order is a
/// uniformly drawn permutation. The result is clipped to [0, 1] after each operation. What each does is defined in
/// <see cref="ColorOperations"/>, as torchvision does it. An operation whose strength is 0 is left out.
/// </para>
/// <para>Chen et al., 2020 (arXiv:2002.05709), appendix A; SimCLR's first code added a brightness rather than multiply by it.</para>
/// </remarks>
public sealed class ColorJitter : ViewOperator, IHostKernel
{
    private const int Operations = 4;

    private enum Operation
    {
        Brightness,
        Contrast,
        Saturation,
        Hue,
    }

    /// <summary>Creates the operator.</summary>
    /// <param name="brightness">The strength of brightness, finite, at least 0.</param>
    /// <param name="contrast">The strength of contrast, finite, at least 0.</param>
    /// <param name="saturation">The strength of saturation, finite, at least 0.</param>
    /// <param name="hue">The strength of hue, from 0 to 0.5, in turns of the colour circle.</param>
    /// <param name="probability">The share of images that get it, from 0 to 1. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A strength or the probability is out of range.</exception>
    public ColorJitter(double brightness, double contrast, double saturation, double hue, double probability = 1)
        : base(probability, "first", "second", "third", "fourth", "brightness", "contrast", "saturation", "hue")
    {
        ViewGuard.AtLeastZero(brightness, nameof(brightness));
        ViewGuard.AtLeastZero(contrast, nameof(contrast));
        ViewGuard.AtLeastZero(saturation, nameof(saturation));
        if (hue is not (>= 0 and <= 0.5))
        {
            throw new ArgumentOutOfRangeException(nameof(hue), hue, $"Expected `hue` to be from 0 to 0.5, but got {hue}.");
        }

        (Brightness, Contrast, Saturation, Hue) = (brightness, contrast, saturation, hue);
    }

    /// <summary>The strength of brightness.</summary>
    public double Brightness { get; }

    /// <summary>The strength of contrast.</summary>
    public double Contrast { get; }

    /// <summary>The strength of saturation.</summary>
    public double Saturation { get; }

    /// <summary>The strength of hue, in turns of the colour circle.</summary>
    public double Hue { get; }

    /// <summary>SimCLR's jitter of strength s: (0.8s, 0.8s, 0.8s, 0.2s) for 80 % of the images.</summary>
    /// <param name="strength">s, from 0 to 2.5. Default 1 (ImageNet); SimCLR on CIFAR uses 0.5.</param>
    /// <returns>The operator.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The strength is out of range.</exception>
    public static ColorJitter SimClr(double strength = 1) => new(0.8 * strength, 0.8 * strength, 0.8 * strength, 0.2 * strength, probability: 0.8);

    /// <inheritdoc/>
    public override ImageShape OutputShape(ImageShape input) => ViewGuard.Rgb(input, this);

    /// <inheritdoc/>
    protected override void Draw(ref CounterRandom random, ImageShape shape, Span<float> parameters)
    {
        for (var i = 0; i < Operations; i++)
        {
            parameters[i] = i;
        }

        random.Shuffle(parameters[..Operations]);
        parameters[4] = Factor(ref random, Brightness);
        parameters[5] = Factor(ref random, Contrast);
        parameters[6] = Factor(ref random, Saturation);
        parameters[7] = (float)random.Uniform(-Hue, Hue);
    }

    /// <inheritdoc/>
    protected override void Check(ReadOnlySpan<float> parameters, ImageShape shape)
    {
        for (var i = 0; i < Operations; i++)
        {
            ViewGuard.Whole(parameters[i], 0, Operations - 1, ParameterNames[i]);
            if (parameters[..i].Contains(parameters[i]))
            {
                throw new ArgumentException($"Expected the order to be a permutation of 0 to 3, but {parameters[i]} occurs twice.");
            }

            var (lowest, highest) = i == Operations - 1 ? (-0.5, 0.5) : (0, float.MaxValue);
            ViewGuard.Within(parameters[Operations + i], lowest, highest, ParameterNames[Operations + i]);
        }
    }

    /// <inheritdoc/>
    protected override Tensor Apply(Tensor images, DrawnParameters parameters)
    {
        using var scope = NewDisposeScope();
        var jittered = images.clone();
        for (var place = 0; place < Operations; place++)
        {
            Blend(jittered, parameters, place);
            Turn(jittered, parameters, place);
        }

        return jittered.MoveToOuterDisposeScope();
    }

    void IHostKernel.Apply(HostImage image, ReadOnlySpan<float> parameters)
    {
        for (var place = 0; place < Operations; place++)
        {
            var (operation, factor) = At(parameters, place);
            if (IsNeutral(operation, factor))
            {
                continue;
            }

            switch (operation)
            {
                case Operation.Brightness: HostColors.Brightness(image, factor); break;
                case Operation.Contrast: HostColors.Contrast(image, factor); break;
                case Operation.Saturation: HostColors.Saturation(image, factor); break;
                default: HostColors.Hue(image, factor); break;
            }
        }
    }

    private static float Factor(ref CounterRandom random, double strength) =>
        (float)random.Uniform(Math.Max(0, 1 - strength), 1 + strength);

    private static (Operation Operation, float Factor) At(ReadOnlySpan<float> parameters, int place) =>
        ((Operation)parameters[place], parameters[Operations + (int)parameters[place]]);

    private static bool IsNeutral(Operation operation, float factor) => factor == (operation == Operation.Hue ? 0 : 1);

    // In place, all images at once: brightness, contrast and saturation are clip(f·x + a·(mean gray) + b·gray), each image with its own f, a, b.
    private static void Blend(Tensor jittered, DrawnParameters parameters, int place)
    {
        var count = parameters.Count;
        var numbers = new float[3 * count];
        for (var image = 0; image < count; image++)
        {
            var (operation, factor) = At(parameters[image], place);
            numbers[image] = operation == Operation.Hue ? 1 : factor;
            if (operation is Operation.Contrast or Operation.Saturation)
            {
                numbers[((int)operation * count) + image] = 1 - factor;
            }
        }

        if (!numbers.AsSpan(0, count).ContainsAnyExcept(1))
        {
            return;
        }

        using var scope = NewDisposeScope();
        var all = tensor(numbers, [3, count, 1, 1, 1], jittered.dtype, jittered.device);
        var gray = ColorOperations.Gray(jittered);
        var mean = gray.mean([1, 2, 3], keepdim: true).mul_(all.select(0, 1));
        jittered.mul_(all.select(0, 0)).add_(gray.mul(all.select(0, 2)).add_(mean, Scalars.One), Scalars.One).clamp_(Scalars.Zero, Scalars.One);
    }

    // In place, those images whose hue is turned at that place of their order.
    private static void Turn(Tensor jittered, DrawnParameters parameters, int place)
    {
        var images = Enumerable.Range(0, parameters.Count).Where(image => At(parameters[image], place) is (Operation.Hue, not 0)).ToArray();
        if (images.Length == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        var places = Places.Of(images, jittered.device);
        var turns = parameters.Select(images).Column(Operations + (int)Operation.Hue, jittered).view(-1);
        jittered.index_copy_(0, places, ColorOperations.AdjustHue(jittered.index_select(0, places), turns));
    }
}
