using SelfSupervised.Core;

namespace SelfSupervised.Evaluation.Robustness.Internal;

/// <summary>The published constants, those of one severity after the other, and what they are for.</summary>
internal static class CorruptionTable
{
    private static readonly Dictionary<Corruption, double[][]> Cifar = new()
    {
        [Corruption.GaussianNoise] = [[0.04], [0.06], [0.08], [0.09], [0.10]],
        [Corruption.ShotNoise] = [[500], [250], [100], [75], [50]],
        [Corruption.ImpulseNoise] = [[0.01], [0.02], [0.03], [0.05], [0.07]],
        [Corruption.DefocusBlur] = [[0.3, 0.4], [0.4, 0.5], [0.5, 0.6], [1, 0.2], [1.5, 0.1]],
        [Corruption.GlassBlur] = [[0.05, 1, 1], [0.25, 1, 1], [0.4, 1, 1], [0.25, 1, 2], [0.4, 1, 2]],
        [Corruption.MotionBlur] = [[6, 1], [6, 1.5], [6, 2], [8, 2], [9, 2.5]],
        [Corruption.ZoomBlur] = [[7, 0.01], [12, 0.01], [16, 0.01], [21, 0.01], [26, 0.01]],
        [Corruption.Snow] =
        [
            [0.1, 0.2, 1, 0.6, 8, 3, 0.95], [0.1, 0.2, 1, 0.5, 10, 4, 0.9], [0.15, 0.3, 1.75, 0.55, 10, 4, 0.9],
            [0.25, 0.3, 2.25, 0.6, 12, 6, 0.85], [0.3, 0.3, 1.25, 0.65, 14, 12, 0.8],
        ],
        [Corruption.Frost] = [[1, 0.2], [1, 0.3], [0.9, 0.4], [0.85, 0.4], [0.75, 0.45]],
        [Corruption.Fog] = [[0.2, 3], [0.5, 3], [0.75, 2.5], [1, 2], [1.5, 1.75]],
        [Corruption.Brightness] = [[0.05], [0.1], [0.15], [0.2], [0.3]],
        [Corruption.Contrast] = [[0.75], [0.5], [0.4], [0.3], [0.15]],
        [Corruption.ElasticTransform] = Elastics(32, [0, 0, 0.08], [0.05, 0.2, 0.07], [0.08, 0.06, 0.06], [0.1, 0.04, 0.05], [0.1, 0.03, 0.03]),
        [Corruption.Pixelate] = [[0.95], [0.9], [0.85], [0.75], [0.65]],
        [Corruption.JpegCompression] = [[80], [65], [58], [50], [40]],
        [Corruption.SpeckleNoise] = [[0.06], [0.1], [0.12], [0.16], [0.2]],
        [Corruption.GaussianBlur] = [[0.4], [0.6], [0.7], [0.8], [1]],
        [Corruption.Spatter] =
        [
            [0.62, 0.1, 0.7, 0.7, 0.5, 0], [0.65, 0.1, 0.8, 0.7, 0.5, 0], [0.65, 0.3, 1, 0.69, 0.5, 0],
            [0.65, 0.1, 0.7, 0.69, 0.6, 1], [0.65, 0.1, 0.5, 0.68, 0.6, 1],
        ],
        [Corruption.Saturate] = [[0.3, 0], [0.1, 0], [1.5, 0], [2, 0.1], [2.5, 0.2]],
    };

    private static readonly Dictionary<Corruption, double[][]> ImageNet = new()
    {
        [Corruption.GaussianNoise] = [[0.08], [0.12], [0.18], [0.26], [0.38]],
        [Corruption.ShotNoise] = [[60], [25], [12], [5], [3]],
        [Corruption.ImpulseNoise] = [[0.03], [0.06], [0.09], [0.17], [0.27]],
        [Corruption.DefocusBlur] = [[3, 0.1], [4, 0.5], [6, 0.5], [8, 0.5], [10, 0.5]],
        [Corruption.GlassBlur] = [[0.7, 1, 2], [0.9, 2, 1], [1, 2, 3], [1.1, 3, 2], [1.5, 4, 2]],
        [Corruption.MotionBlur] = [[10, 3], [15, 5], [15, 8], [15, 12], [20, 15]],
        [Corruption.ZoomBlur] = [[12, 0.01], [16, 0.01], [11, 0.02], [13, 0.02], [11, 0.03]],
        [Corruption.Snow] =
        [
            [0.1, 0.3, 3, 0.5, 10, 4, 0.8], [0.2, 0.3, 2, 0.5, 12, 4, 0.7], [0.55, 0.3, 4, 0.9, 12, 8, 0.7],
            [0.55, 0.3, 4.5, 0.85, 12, 8, 0.65], [0.55, 0.3, 2.5, 0.85, 12, 12, 0.55],
        ],
        [Corruption.Frost] = [[1, 0.4], [0.8, 0.6], [0.7, 0.7], [0.65, 0.7], [0.6, 0.75]],
        [Corruption.Fog] = [[1.5, 2], [2, 2], [2.5, 1.7], [2.5, 1.5], [3, 1.4]],
        [Corruption.Brightness] = [[0.1], [0.2], [0.3], [0.4], [0.5]],
        [Corruption.Contrast] = [[0.4], [0.3], [0.2], [0.1], [0.05]],
        [Corruption.ElasticTransform] = Elastics(244, [2, 0.7, 0.1], [2, 0.08, 0.2], [0.05, 0.01, 0.02], [0.07, 0.01, 0.02], [0.12, 0.01, 0.02]),
        [Corruption.Pixelate] = [[0.6], [0.5], [0.4], [0.3], [0.25]],
        [Corruption.JpegCompression] = [[25], [18], [15], [10], [7]],
        [Corruption.SpeckleNoise] = [[0.15], [0.2], [0.35], [0.45], [0.6]],
        [Corruption.GaussianBlur] = [[1], [2], [3], [4], [6]],
        [Corruption.Spatter] =
        [
            [0.65, 0.3, 4, 0.69, 0.6, 0], [0.65, 0.3, 3, 0.68, 0.6, 0], [0.65, 0.3, 2, 0.68, 0.5, 0],
            [0.65, 0.3, 1, 0.65, 1.5, 1], [0.67, 0.4, 1, 0.65, 1.5, 1],
        ],
        [Corruption.Saturate] = [[0.3, 0], [0.1, 0], [2, 0], [5, 0.1], [20, 0.2]],
    };

    public static double[] Parameters(CorruptionScale scale, Corruption corruption, int severity) =>
        (scale == CorruptionScale.Cifar ? Cifar : ImageNet)[corruption][severity - 1];

    public static ICorruptor Create(CorruptionScale scale, Corruption corruption, int severity, ImageShape shape, FrostPictures? frost)
    {
        var p = Parameters(scale, corruption, severity);
        var side = Plasma.Side(shape, scale == CorruptionScale.Cifar ? 32 : 256);
        return corruption switch
        {
            Corruption.GaussianNoise => new GaussianNoise(p),
            Corruption.ShotNoise => new ShotNoise(p),
            Corruption.ImpulseNoise => new ImpulseNoise(p),
            Corruption.DefocusBlur => new DefocusBlur(p),
            Corruption.GlassBlur => new GlassBlur(p, shape),
            Corruption.MotionBlur => new MotionBlur(p),
            Corruption.ZoomBlur => new ZoomBlur(p, shape),
            Corruption.Snow => new Snow(p, shape),
            Corruption.Frost => new Frost(p, frost, side),
            Corruption.Fog => new Fog(p, side),
            Corruption.Brightness => new Brightness(p),
            Corruption.Contrast => new Contrast(p),
            Corruption.ElasticTransform => new Elastic(p, shape),
            Corruption.Pixelate => new Pixelate(p, shape),
            Corruption.JpegCompression => new Jpeg(p),
            Corruption.SpeckleNoise => new SpeckleNoise(p),
            Corruption.GaussianBlur => new GaussianBlur(p, shape),
            Corruption.Spatter => new Spatter(p, shape),
            _ => new Saturate(p),
        };
    }

    private static double[][] Elastics(double unit, params double[][] shares) =>
        Array.ConvertAll(shares, row => Array.ConvertAll(row, share => unit * share));
}
