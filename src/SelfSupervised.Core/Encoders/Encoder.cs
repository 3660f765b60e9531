using SelfSupervised.Core.Internal;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Encoders;

/// <summary>What turns images into representations: feature vectors h, and the maps of each stage on the way there.</summary>
/// <remarks>
/// <para>
/// Images are [B, C, H, W], in the type and on the device of the parameters. Stage s makes a map [B, C_s, H_s, W_s]; the
/// feature vectors are the last map, pooled: <c>forward(x) = Pool(StageOutputs(x)[^1])</c>, [B, <see cref="FeatureDimension"/>].
/// Objectives on local features, probes of earlier layers and objectives on several scales take the maps.
/// </para>
/// <para>
/// The values of images are not searched for NaN or infinity: the losses do that. While training, a batch whose last map
/// has one value per channel is refused, because batch norm would divide by a deviation of 0 and keep NaN as its variance.
/// </para>
/// <para>
/// In a scope of <see cref="MixedPrecision"/> maps are BFloat16 on their way; what is returned has the images' type.
/// </para>
/// <para>
/// To make an encoder of your own, derive a sealed class, build its layers in fields, call <c>RegisterComponents()</c> last in
/// its constructor, and give <see cref="Stage"/>, which calls layers by <see cref="MixedPrecision.CallMixed"/>. Build layers inside a
/// dispose scope: TorchSharp's leave temporaries in it.
/// </para>
/// </remarks>
public abstract class Encoder : nn.Module<Tensor, Tensor>
{
    /// <summary>Notes the encoder's dimensions.</summary>
    /// <param name="name">The module's name.</param>
    /// <param name="inputChannels">C, the channels of the images, at least 1.</param>
    /// <param name="stride">Pixels of the image per position of the last map, at least 1; smaller images are refused.</param>
    /// <param name="stageChannels">C_s, the channels of each stage's map; at least one stage.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is too small.</exception>
    /// <exception cref="ArgumentException">There is no stage.</exception>
    protected Encoder(string name, long inputChannels, long stride, IReadOnlyList<long> stageChannels)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(stageChannels);
        ModuleGuard.AtLeast(inputChannels, 1, nameof(inputChannels));
        ModuleGuard.AtLeast(stride, 1, nameof(stride));
        if (stageChannels.Count == 0)
        {
            throw new ArgumentException("Expected `stageChannels` to name at least one stage, but it is empty.");
        }

        (InputChannels, Stride, StageChannels) = (inputChannels, stride, stageChannels);
    }

    /// <summary>The width of the feature vectors: the channels of the last stage.</summary>
    public virtual long FeatureDimension => StageChannels[^1];

    /// <summary>The channels of the images.</summary>
    public long InputChannels { get; }

    /// <summary>The channels of each stage's map, in order.</summary>
    public IReadOnlyList<long> StageChannels { get; }

    /// <summary>Pixels of the image per position of the last map, which has ⌈H/stride⌉ by ⌈W/stride⌉ positions.</summary>
    public long Stride { get; }

    /// <summary>The feature vectors of a batch of images.</summary>
    /// <param name="images">[B, <see cref="InputChannels"/>, H, W]; H and W at least <see cref="Stride"/>.</param>
    /// <returns>[B, <see cref="FeatureDimension"/>]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">
    /// The images have another rank, number of channels, type or device, are too small, or, while training, are too few for
    /// batch norm.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    public override Tensor forward(Tensor images)
    {
        CheckImages(images);
        using var scope = NewDisposeScope();
        var map = Stage(0, images);
        for (var stage = 1; stage < StageChannels.Count; stage++)
        {
            using var input = map;
            map = Stage(stage, input);
        }

        return Pool(map.to(images.dtype)).MoveToOuterDisposeScope();
    }

    /// <summary>The maps of all stages, in order; the last pooled is the feature vectors.</summary>
    /// <param name="images">As in <see cref="forward"/>.</param>
    /// <returns>For each stage [B, C_s, H_s, W_s]. The caller owns them.</returns>
    /// <exception cref="ArgumentException">As in <see cref="forward"/>.</exception>
    /// <exception cref="ObjectDisposedException">The images have been disposed.</exception>
    /// <example><code>var maps = encoder.StageOutputs(images); var features = encoder.Pool(maps[^1]);</code></example>
    public IReadOnlyList<Tensor> StageOutputs(Tensor images)
    {
        CheckImages(images);
        using var scope = NewDisposeScope();
        var maps = new Tensor[StageChannels.Count];
        for (var stage = 0; stage < maps.Length; stage++)
        {
            maps[stage] = Stage(stage, stage == 0 ? images : maps[stage - 1]);
        }

        return Array.ConvertAll(maps, map => map.to(images.dtype).MoveToOuterDisposeScope());
    }

    /// <summary>The feature vectors of the last stage's map: its mean over the positions.</summary>
    /// <param name="map">[B, C_s, H_s, W_s] of the last stage.</param>
    /// <returns>[B, <see cref="FeatureDimension"/>]. The caller owns it.</returns>
    /// <exception cref="ArgumentException">The map has another rank or number of channels.</exception>
    /// <exception cref="ObjectDisposedException">The map has been disposed.</exception>
    public virtual Tensor Pool(Tensor map)
    {
        ModuleGuard.Maps(map, nameof(map), StageChannels[^1]);
        return map.mean([2, 3]);
    }

    /// <summary>One stage; what it is given has been checked.</summary>
    /// <param name="index">The stage's number, from 0.</param>
    /// <param name="input">The images for stage 0, otherwise the map of the stage before. It is not to be disposed.</param>
    /// <returns>A new tensor [B, C_s, H_s, W_s], in the current dispose scope and alone there.</returns>
    protected abstract Tensor Stage(int index, Tensor input);

    private void CheckImages(Tensor images)
    {
        ModuleGuard.Maps(images, nameof(images), InputChannels);
        ModuleGuard.LikeParameters(images, nameof(images), this);
        var shape = images.shape;
        if (shape[2] < Stride || shape[3] < Stride)
        {
            throw new ArgumentException($"Expected `images` to be at least {Stride} by {Stride} pixels, but got {Guard.Text(shape)}.");
        }

        var positions = ((shape[2] + Stride - 1) / Stride) * ((shape[3] + Stride - 1) / Stride);
        ModuleGuard.EnoughForBatchNorm(images, nameof(images), shape[0] * positions, this);
    }
}
