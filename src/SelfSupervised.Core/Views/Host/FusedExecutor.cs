using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views.Host;

/// <summary>Applies a draw on the host: each image goes through all operators while it is in a core's cache.</summary>
internal sealed class FusedExecutor(ViewPipeline pipeline)
{
    // Few enough for the cores to end together, enough for the work to outweigh handing it out.
    private const int ImagesAtOnce = 8;

    private readonly IHostKernel[] _kernels = [.. pipeline.Operators.Cast<IHostKernel>()];

    // As many as have been at work at once: their memory is kept from batch to batch.
    private readonly ConcurrentBag<HostImage> _images = [];

    public static bool Takes(Tensor images) =>
        images.device_type == DeviceType.CPU && images.dtype is ScalarType.Byte or ScalarType.Float32 && !images.requires_grad;

    public Tensor Apply(Tensor images, ViewDraw draw)
    {
        using var scope = NewDisposeScope();
        var shapes = pipeline.Shapes(draw.Shape);
        var output = shapes[^1];
        var source = images.contiguous();
        var views = empty([draw.Count, output.Channels, output.Height, output.Width], ScalarType.Float32);
        var largest = shapes.Max(shape => shape.Height * shape.Width);
        var chunks = (draw.Count + ImagesAtOnce - 1) / ImagesAtOnce;
        Parallel.For(
            0,
            chunks,
            () => _images.TryTake(out var image) && image.Holds(output.Channels, largest) ? image : new HostImage(output.Channels, largest),
            (chunk, _, image) =>
            {
                var last = Math.Min(draw.Count, (chunk + 1) * ImagesAtOnce);
                for (var i = chunk * ImagesAtOnce; i < last; i++)
                {
                    ApplyOne(source, views, draw, i, image);
                }

                return image;
            },
            _images.Add);
        return views.MoveToOuterDisposeScope();
    }

    private void ApplyOne(Tensor source, Tensor views, ViewDraw draw, int index, HostImage image)
    {
        var (height, width, size) = (draw.Shape.Height, draw.Shape.Width, draw.Shape.Size);
        if (source.dtype == ScalarType.Byte)
        {
            image.Load(source.bytes.Slice(index * size, size), height, width);
        }
        else
        {
            image.Load(MemoryMarshal.Cast<byte, float>(source.bytes).Slice(index * size, size), height, width);
        }

        for (var position = 0; position < _kernels.Length; position++)
        {
            if (draw.IsApplied(position, index))
            {
                _kernels[position].Apply(image, draw.Parameters(position, index));
            }
        }

        var result = image.Channels * image.Size;
        image.Store(MemoryMarshal.Cast<byte, float>(views.bytes).Slice(index * result, result));
    }
}
