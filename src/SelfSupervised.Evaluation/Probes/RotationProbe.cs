using SelfSupervised.Core.Views;
using SelfSupervised.Evaluation.Features;
using SelfSupervised.Evaluation.Internal;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Probes;

/// <summary>Whether a representation knows how an image is turned, beside whether it knows what is on it.</summary>
/// <remarks>
/// Each image is turned once, by 0°, 90°, 180° or 270° counter-clockwise, drawn by its place and the seed. Two linear probes: the turn, from the features of
/// turned images; and the class, from those of the images as they are. Xiao et al., 2020 (arXiv:2008.05659), table 1.
/// </remarks>
public static class RotationProbe
{
    // A view that no training draws, lest the probe sees the turns that an encoder was trained with under the same seed.
    private const int OwnView = (1 << 23) - 1;

    private static readonly ViewPipeline Rotation = new(new RightAngleRotation());

    /// <summary>Turns, extracts and probes.</summary>
    /// <param name="encoder">From images in [0, 1] to features [B, d]; it runs as <see cref="FeatureExtractor"/> says.</param>
    /// <param name="trainImages">[N, C, H, H] on the CPU, C 1 or 3; Byte, or Float32 in [0, 1], not normalised.</param>
    /// <param name="trainLabels">Int64 [N] on the CPU, classes from 0.</param>
    /// <param name="testImages">[M, C, H, H].</param>
    /// <param name="testLabels">Int64 [M].</param>
    /// <param name="seed">What the turns and the probes' splits follow from.</param>
    /// <param name="options">The options of both probes.</param>
    /// <returns>Both probes.</returns>
    /// <exception cref="ArgumentException">Images are not square or have another shape, type, device or range; or as from <see cref="LinearProbe"/>.</exception>
    /// <exception cref="ObjectDisposedException">An input has been disposed.</exception>
    public static RotationProbeResult Evaluate(
        nn.Module<Tensor, Tensor> encoder,
        Tensor trainImages,
        Tensor trainLabels,
        Tensor testImages,
        Tensor testLabels,
        long seed,
        LinearProbeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        Check(trainImages, nameof(trainImages));
        Check(testImages, nameof(testImages));
        using var scope = NewDisposeScope();
        var (train, test) = (Extract(encoder, trainImages), Extract(encoder, testImages));
        var (turnedTrain, trainTurns) = Turned(encoder, trainImages, seed, set: 0);
        var (turnedTest, testTurns) = Turned(encoder, testImages, seed, set: 1);
        return new RotationProbeResult
        {
            Rotation = LinearProbe.Evaluate(turnedTrain, trainTurns, turnedTest, testTurns, seed, options),
            Class = LinearProbe.Evaluate(train, trainLabels, test, testLabels, seed, options),
        };
    }

    private static void Check(Tensor images, string name)
    {
        var shape = HostImages.Check(images, name);
        if (shape.Height != shape.Width)
        {
            throw new ArgumentException($"Expected `{name}` to be square, but got {Guard.Text(images.shape)}.", name);
        }
    }

    private static Tensor Extract(nn.Module<Tensor, Tensor> encoder, Tensor images) =>
        FeatureExtractor.Extract(encoder, HostImages.Batches(images, (batch, _) => HostImages.ToFloat(batch)));

    private static (Tensor Features, Tensor Turns) Turned(nn.Module<Tensor, Tensor> encoder, Tensor images, long seed, int set)
    {
        var shape = HostImages.Check(images, nameof(images));
        var key = new ViewKey(seed, set, OwnView);
        var turns = new List<long>();
        var features = FeatureExtractor.Extract(encoder, HostImages.Batches(images, (batch, indices) =>
        {
            var draw = Rotation.Draw(key, indices, shape);
            turns.AddRange(Enumerable.Range(0, draw.Count).Select(image => (long)draw.Parameters(0, image)[0]));
            return Rotation.Apply(batch, draw);
        }));
        return (features, tensor(turns.ToArray()));
    }
}
