using TorchSharp;
using static TorchSharp.torch;

namespace SelfSupervised.Core.Views.Host;

/// <summary>
/// A linear map along one axis of each image of a batch, as both executors use it: output i is the sum over taps t of
/// weight[t, i] · input[index[t, i]].
/// </summary>
internal sealed class TapTable
{
    private int[] _index = [];
    private float[] _weight = [];
    private int _images;

    public int Outputs { get; private set; }

    public int Taps { get; private set; }

    /// <summary>For one image on the host. Room is kept from the last use.</summary>
    public void Start(int outputs, int taps) => Start(1, outputs, taps);

    /// <summary>For a batch.</summary>
    public void Start(int images, int outputs, int taps)
    {
        (_images, Outputs, Taps) = (images, outputs, taps);
        var size = images * outputs * taps;
        if (_index.Length < size)
        {
            (_index, _weight) = (new int[size], new float[size]);
        }
    }

    /// <summary>For one image on the host: leaves out the last taps, which no output uses.</summary>
    public void Trim(int taps) => Taps = taps;

    /// <summary>One image's map: [Taps, Outputs].</summary>
    public Span<int> Index(int image = 0) => _index.AsSpan(image * Taps * Outputs, Taps * Outputs);

    /// <summary>And its weights.</summary>
    public Span<float> Weight(int image = 0) => _weight.AsSpan(image * Taps * Outputs, Taps * Outputs);

    /// <summary>Mirrors one image's outputs.</summary>
    public void Mirror(int image)
    {
        for (var start = 0; start < Taps * Outputs; start += Outputs)
        {
            Index(image).Slice(start, Outputs).Reverse();
            Weight(image).Slice(start, Outputs).Reverse();
        }
    }

    /// <summary>The maps as matrices.</summary>
    /// <param name="inputs">The length of the axis.</param>
    /// <param name="like">Has the type and device.</param>
    /// <returns>[B, inputs, outputs], to be multiplied from the right.</returns>
    private Tensor Matrices(int inputs, Tensor like)
    {
        using var scope = NewDisposeScope();
        long[] shape = [_images, Taps, Outputs];
        var size = _images * Taps * Outputs;
        var index = tensor(_index[..size], shape, ScalarType.Int64, like.device);
        var weight = tensor(_weight[..size], shape, like.dtype, like.device);
        return zeros([_images, inputs, Outputs], like.dtype, like.device).scatter_add_(1, index, weight).MoveToOuterDisposeScope();
    }

    /// <summary>Multiplies the columns and the rows of images by such maps.</summary>
    public static Tensor Apply(Tensor images, TapTable rows, TapTable columns)
    {
        using var scope = NewDisposeScope();
        var (count, channels, height, width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);

        // Columns first, which makes them the outermost axis: then either product is one matrix per image, and all channels are in it.
        var turned = columns.Matrices((int)width, images).transpose(1, 2).bmm(images.reshape(count, channels * height, width).transpose(1, 2));
        var mapped = turned.view(count, columns.Outputs * channels, height).bmm(rows.Matrices((int)height, images));
        return mapped.view(count, columns.Outputs, channels, rows.Outputs).permute(0, 2, 3, 1).contiguous().MoveToOuterDisposeScope();
    }
}
