namespace SelfSupervised.Evaluation.Robustness;

/// <summary>What kinds of corruption there are.</summary>
public enum CorruptionGroup
{
    /// <summary>Gaussian, shot and impulse noise.</summary>
    Noise,

    /// <summary>Defocus, glass, motion and zoom blur.</summary>
    Blur,

    /// <summary>Snow, frost, fog and brightness.</summary>
    Weather,

    /// <summary>Contrast, elastic transform, pixelation and JPEG.</summary>
    Digital,

    /// <summary>Speckle noise, Gaussian blur, spatter and saturation: not part of the mean corruption error.</summary>
    Extra,
}
