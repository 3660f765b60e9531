using System.Runtime.InteropServices;
using SelfSupervised.Core;
using SelfSupervised.Evaluation.Internal;
using SelfSupervised.Evaluation.Robustness.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Robustness;

/// <summary>Corrupts images, each always in the same way.</summary>
/// <remarks>
/// <para>
/// An image's corruption follows from (seed, its index, corruption, severity): a corrupted set is fixed, whatever batches it is
/// made in. The definitions and constants are those of CIFAR-10-C and ImageNet-C (Hendrycks and Dietterich, 2019,
/// arXiv:1903.12261; hendrycks/robustness), so that accuracies are comparable in kind; the random numbers are this library's,
/// so that images are not the released ones.
/// </para>
/// <para>
/// Differences from the released scripts: values are not rounded to bytes on the way, except in JPEG; glass blur exchanges
/// pixels, where the script copies one over the other; interpolation is exact, where OpenCV's is in steps of 1/32; the outlines
/// of water drops are found without Canny's detector; frost, unless pictures are given, is procedural: ridges of a fractal, "frost-like" only.
/// </para>
/// <para>Immutable, and may be used from several threads.</para>
/// </remarks>
/// <example><code>using var foggy = new CorruptionSuite(CorruptionScale.Cifar, seed: 1).Apply(images, Corruption.Fog, severity: 3, indices);</code></example>
public sealed class CorruptionSuite
{
    private const int SmallestSide = 8;

    private readonly FrostPictures? _frost;

    /// <summary>Makes a suite.</summary>
    /// <param name="scale">Which constants: choose by the size of the images.</param>
    /// <param name="seed">What the random numbers follow from.</param>
    /// <param name="frost">
    /// Pictures of ice, [K, C, h, w], Byte or Float32 in [0, 1], on the CPU, at least as large as the images; they are copied. Default: none, frost is procedural.
    /// </param>
    /// <exception cref="ArgumentException">The pictures have another shape, type, device or range.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The scale is undefined.</exception>
    /// <exception cref="ObjectDisposedException">The pictures have been disposed.</exception>
    public CorruptionSuite(CorruptionScale scale, long seed, Tensor? frost = null)
    {
        (Scale, Seed) = (Guard.Defined(scale, nameof(scale)), seed);
        _frost = frost is null ? null : new FrostPictures(frost, nameof(frost));
    }

    /// <summary>Which constants.</summary>
    public CorruptionScale Scale { get; }

    /// <summary>What the random numbers follow from.</summary>
    public long Seed { get; }

    /// <summary>Whether frost is procedural, for want of pictures.</summary>
    public bool HasProceduralFrost => _frost is null;

    /// <summary>The constants of a corruption, in the order in which the papers' scripts have them.</summary>
    /// <param name="corruption">The corruption.</param>
    /// <param name="severity">1 to 5.</param>
    /// <returns>One to seven numbers; those of the elastic transform in pixels.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The corruption is undefined, or the severity out of range.</exception>
    public IReadOnlyList<double> Parameters(Corruption corruption, int severity)
    {
        Check(corruption, severity);
        return [.. CorruptionTable.Parameters(Scale, corruption, severity)];
    }

    /// <summary>Corrupts a batch.</summary>
    /// <param name="images">[B, C, H, W] on the CPU, C 1 or 3, H and W at least 8; Byte, or Float32 in [0, 1], not normalised.</param>
    /// <param name="corruption">What to do.</param>
    /// <param name="severity">How much: 1 to 5.</param>
    /// <param name="indices">Each image's index in its set, at least 0; one per image.</param>
    /// <returns>[B, C, H, W] Float32 in [0, 1], not rounded to bytes. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// The images have another shape, type, device or range, saturation is to change in images of one channel, there is another number of
    /// indices, or the pictures of frost don't fit the images.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The corruption is undefined, the severity out of range, or an index negative.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public Tensor Apply(Tensor images, Corruption corruption, int severity, ReadOnlySpan<int> indices)
    {
        Check(corruption, severity);
        var shape = Check(images, corruption, indices);
        var corruptor = CorruptionTable.Create(Scale, corruption, severity, shape, _frost);
        var (all, step) = (indices.ToArray(), ((uint)corruption << 3) | (uint)severity);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var (source, result) = (images.contiguous(), empty(images.shape, ScalarType.Float32));
        Parallel.For(
            0,
            all.Length,
            () => new Canvas(shape),
            (i, _, canvas) =>
            {
                var random = new CounterRandom(Seed, RandomPurpose.Corruption, (uint)all[i], step);
                HostImages.Read(source, (long)i * shape.Size, canvas.Values);
                corruptor.Apply(canvas, ref random);
                canvas.Clip();
                canvas.Values.CopyTo(MemoryMarshal.Cast<byte, float>(result.bytes).Slice(i * shape.Size, shape.Size));
                return canvas;
            },
            _ => { });
        return result.MoveToOuterDisposeScope();
    }

    private static void Check(Corruption corruption, int severity)
    {
        Guard.Defined(corruption, nameof(corruption));
        Guard.Between(severity, 1, 5, nameof(severity), "the published severities");
    }

    private ImageShape Check(Tensor images, Corruption corruption, ReadOnlySpan<int> indices)
    {
        var shape = HostImages.Check(images, nameof(images));
        if (shape.Height < SmallestSide || shape.Width < SmallestSide)
        {
            throw new ArgumentException($"Expected `images` to have at least {SmallestSide} × {SmallestSide} pixels, but got {Guard.Text(images.shape)}.", nameof(images));
        }

        if (indices.Length != images.shape[0])
        {
            throw new ArgumentException($"Expected `indices` to hold {images.shape[0]}, one for each of `images`, but got {indices.Length}.", nameof(indices));
        }

        foreach (var index in indices)
        {
            Guard.AtLeast(index, 0, nameof(indices));
        }

        if (corruption == Corruption.Saturate && shape.Channels == 1)
        {
            throw new ArgumentException($"Expected `images` to have 3 channels for {corruption}, but got {Guard.Text(images.shape)}.", nameof(images));
        }

        if (corruption == Corruption.Frost)
        {
            _frost?.Check(shape);
        }

        return shape;
    }
}
