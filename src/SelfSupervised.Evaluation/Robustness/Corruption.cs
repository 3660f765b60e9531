namespace SelfSupervised.Evaluation.Robustness;

/// <summary>The common image corruptions: fifteen by which robustness is compared, and four more.</summary>
/// <remarks>Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and Perturbations", 2019 (arXiv:1903.12261).</remarks>
public enum Corruption
{
    /// <summary>Normal noise on every value.</summary>
    GaussianNoise,

    /// <summary>Poisson noise: few photons.</summary>
    ShotNoise,

    /// <summary>A share of the values becomes 0 or 1.</summary>
    ImpulseNoise,

    /// <summary>A disc as the point spread.</summary>
    DefocusBlur,

    /// <summary>Pixels change places with near ones, between two blurs.</summary>
    GlassBlur,

    /// <summary>A fading line as the point spread, at a random angle.</summary>
    MotionBlur,

    /// <summary>The mean of the image and of enlarged ones.</summary>
    ZoomBlur,

    /// <summary>Blurred flakes, and whiter colours.</summary>
    Snow,

    /// <summary>Mixed with a picture of ice.</summary>
    Frost,

    /// <summary>A cloudy fractal is added.</summary>
    Fog,

    /// <summary>The value of HSV is raised.</summary>
    Brightness,

    /// <summary>Each channel moves towards its mean.</summary>
    Contrast,

    /// <summary>An affine map and a smooth random displacement.</summary>
    ElasticTransform,

    /// <summary>Made small and large again.</summary>
    Pixelate,

    /// <summary>What JPEG loses.</summary>
    JpegCompression,

    /// <summary>Extra: noise in proportion to the value.</summary>
    SpeckleNoise,

    /// <summary>Extra: a Gaussian as the point spread.</summary>
    GaussianBlur,

    /// <summary>Extra: drops of water, or mud.</summary>
    Spatter,

    /// <summary>Extra: the saturation of HSV is lowered or raised. For images of three channels only.</summary>
    Saturate,
}
