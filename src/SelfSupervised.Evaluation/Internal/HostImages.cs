using System.Runtime.InteropServices;
using SelfSupervised.Core;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Evaluation.Internal;

/// <summary>Images on the host: the check at the door, and their values.</summary>
internal static class HostImages
{
    /// <summary>How many images are worked on at once.</summary>
    public const int AtOnce = 256;

    private static readonly Scalar White = 255.ToScalar();

    /// <summary>[N, C, H, W] on the CPU, none of them 0, C 1 or 3: Byte, or Float32 in [0, 1].</summary>
    public static ImageShape Check(Tensor? images, string name)
    {
        Guard.Alive(images, name);
        var shape = images!.shape;
        if (shape.Length != 4 || shape.Contains(0) || shape[1] is not (1 or 3))
        {
            throw new ArgumentException($"Expected `{name}` to have shape [N, C, H, W], none of them 0 and C 1 or 3, but got {Guard.Text(shape)}.", name);
        }

        if (images.dtype is not (ScalarType.Byte or ScalarType.Float32) || images.device_type != DeviceType.CPU)
        {
            throw new ArgumentException($"Expected `{name}` to be Byte or Float32 on the CPU, but got {images.dtype} on {images.device}.", name);
        }

        if (images.dtype == ScalarType.Float32)
        {
            using var scope = NewDisposeScope();
            var (lowest, highest) = (images.min().item<float>(), images.max().item<float>());
            if (!(lowest >= 0 && highest <= 1))
            {
                throw new ArgumentException($"Expected `{name}` to be in [0, 1], but got values from {lowest} to {highest}.", name);
            }
        }

        return new ImageShape((int)shape[1], checked((int)shape[2]), checked((int)shape[3]));
    }

    /// <summary>All values as floats in [0, 1].</summary>
    public static float[] Floats(Tensor images)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var values = new float[images.numel()];
        Read(images.contiguous(), 0, values);
        return values;
    }

    /// <summary>As many values as there is room for, from a place on, as floats in [0, 1]; the images are contiguous.</summary>
    public static void Read(Tensor images, long start, Span<float> values)
    {
        if (images.dtype == ScalarType.Float32)
        {
            MemoryMarshal.Cast<byte, float>(images.bytes).Slice((int)start, values.Length).CopyTo(values);
            return;
        }

        var bytes = images.bytes.Slice((int)start, values.Length);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = bytes[i] / 255f;
        }
    }

    /// <summary>A new tensor of the images in [0, 1], Float32, in the caller's scope.</summary>
    public static Tensor ToFloat(Tensor images)
    {
        using var scope = NewDisposeScope();
        return (images.dtype == ScalarType.Byte ? images.to(ScalarType.Float32).div_(White) : images.clone()).MoveToOuterDisposeScope();
    }

    /// <summary>The images a few at a time, changed by a function that is told their places; each in the scope in which it is asked for.</summary>
    public static IEnumerable<Tensor> Batches(Tensor images, Func<Tensor, int[], Tensor> change)
    {
        foreach (var (start, count) in Rows.Chunks(images.shape[0], AtOnce))
        {
            var batch = images.narrow(0, start, count);
            yield return change(batch, Enumerable.Range((int)start, (int)count).ToArray());
        }
    }

    /// <summary>The class of each image: Int64 [N] on the CPU, each at least 0.</summary>
    /// <returns>The largest class plus 1.</returns>
    public static int Labels(Tensor? labels, string name, Tensor images, string imagesName)
    {
        using var scope = NewDisposeScope();
        return Guard.Labels(labels, name, images.flatten(1), imagesName);
    }
}
