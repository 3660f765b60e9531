namespace SelfSupervised.Core.Views;

/// <summary>MoCo's views with what LooC adds to them, and the places of the three augmentations that can have a space of their own.</summary>
/// <remarks>
/// <para>
/// The order is texture, crop, rotation, flip, jitter, grayscale, blur, normalisation. Crop, flip and blur are no augmentation's: every space
/// learns to disregard them. Of one pipeline all views are made that are compared:
/// <see cref="ViewPlan.LeaveOneOut"/> for LooC, <see cref="ViewPlan.TwoViews"/> for MoCo with the augmentations added, and with
/// <c>shared: views.Rotation.Places</c> for MoCo with the same rotation of query and key.
/// </para>
/// <para>Xiao et al., 2021 (arXiv:2008.05659); the order is this library's, the paper has none.</para>
/// </remarks>
public sealed class LooCViews
{
    private readonly DesignatedAugmentation? _rotation;
    private readonly DesignatedAugmentation? _texture;

    private LooCViews(int size, (double Low, double High) area, RandomGaussianBlur? blur, Normalize normalize, RightAngleRotation? rotation, ViewOperator? texture)
    {
        List<ViewOperator> operators = [];
        if (texture is not null)
        {
            _texture = new DesignatedAugmentation("texture", [operators.Count]);
            operators.Add(texture);
        }

        operators.Add(new RandomResizedCrop(size, size, area));
        if (rotation is not null)
        {
            _rotation = new DesignatedAugmentation("rotation", [operators.Count]);
            operators.Add(rotation);
        }

        operators.Add(new RandomHorizontalFlip());
        Color = new DesignatedAugmentation("colour", [operators.Count, operators.Count + 1]);
        operators.AddRange([new ColorJitter(0.4, 0.4, 0.4, 0.1, probability: 0.8), new RandomGrayscale()]);
        if (blur is not null)
        {
            operators.Add(blur);
        }

        operators.Add(normalize);
        Pipeline = new ViewPipeline(operators);
    }

    /// <summary>All operators, in the order in which they are applied.</summary>
    public ViewPipeline Pipeline { get; }

    /// <summary>Jitter and grayscale: "colour".</summary>
    public DesignatedAugmentation Color { get; }

    /// <summary>The rotation: "rotation".</summary>
    /// <exception cref="InvalidOperationException">The views have none.</exception>
    public DesignatedAugmentation Rotation => _rotation ?? throw new InvalidOperationException("These views have no rotation: give one when making them.");

    /// <summary>The randomisation of texture: "texture".</summary>
    /// <exception cref="InvalidOperationException">The views have none.</exception>
    public DesignatedAugmentation Texture => _texture ?? throw new InvalidOperationException("These views have no texture: give one when making them.");

    /// <summary>With MoCo v2's operators and settings: <see cref="ViewPresets.MoCoV2"/>.</summary>
    /// <param name="rotation">Default: none. LooC's is <c>new RightAngleRotation()</c>, the four angles alike.</param>
    /// <param name="texture">
    /// What changes the texture, keeping the size: <see cref="StyleRandomization"/>, or its surrogate <see cref="FourierAmplitudeSwap"/>. Default:
    /// none.
    /// </param>
    /// <param name="size">The side in pixels, at least 1. Default 224.</param>
    /// <returns>The views.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    /// <example><code>
    /// var views = LooCViews.ImageNet(new RightAngleRotation());
    /// var plan = ViewPlan.LeaveOneOut(views.Pipeline, views.Color, views.Rotation);
    /// </code></example>
    public static LooCViews ImageNet(RightAngleRotation? rotation = null, ViewOperator? texture = null, int size = 224) =>
        new(size, (0.2, 1), new RandomGaussianBlur(), Normalize.ImageNet, rotation, texture);

    /// <summary>With the operators and settings of MoCo's demonstration on CIFAR-10, without blur: <see cref="ViewPresets.MoCoCifar"/>.</summary>
    /// <param name="rotation">As in <see cref="ImageNet"/>.</param>
    /// <param name="texture">As in <see cref="ImageNet"/>.</param>
    /// <param name="size">The side in pixels, at least 1. Default 32.</param>
    /// <returns>The views.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is below 1.</exception>
    public static LooCViews Cifar(RightAngleRotation? rotation = null, ViewOperator? texture = null, int size = 32) =>
        new(size, (0.08, 1), blur: null, new Normalize([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010]), rotation, texture);
}
